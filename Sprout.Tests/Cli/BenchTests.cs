// sprout bench: what it reports, and what it refuses.
using System.Text.Json.Nodes;
using Sprout.Cli.Bench;
using Sprout.Tests.Sources;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class BenchTests : IDisposable
{
    private static readonly string[] Keys =
    [
        "mode", "median_s", "min_s", "tokens_per_s", "sequences_per_s", "gflops", "peak_fraction", "peak_rss_mb", "threads", "isa",
        "parameters", "encoder_parameters", "density",
    ];

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("forward", 1.0)]
    [InlineData("train-step", 3.0)]
    public void A_model_s_report_counts_the_arithmetic_of_weights_and_attention(string mode, double passes)
    {
        JsonObject report = Run("--model", tiny.Model, "--mode", mode, "--batch", "3", "--length", "7", "--warmup", "1", "--repeat", "2", "--threads", "1");
        report.Select(pair => pair.Key).Should().Equal([.. Keys, "batch"]);
        JsonObject config = TinyRun.ReadJson(tiny.Model, "config.json");
        double hidden = config["hidden_size"]!.GetValue<int>(), layers = config["num_hidden_layers"]!.GetValue<int>();
        double encoder = report["encoder_parameters"]!.GetValue<long>();
        double flops = passes * 3 * ((2 * encoder * 7) + (4 * layers * hidden * 7 * 7)), seconds = report["median_s"]!.GetValue<double>();
        (report["gflops"]!.GetValue<double>() * 1e9 * seconds).Should().BeApproximately(flops, flops * 1e-9);
        (report["tokens_per_s"]!.GetValue<double>() * seconds).Should().BeApproximately(21, 1e-6);
        (report["sequences_per_s"]!.GetValue<double>() * seconds).Should().BeApproximately(3, 1e-6);
        report["min_s"]!.GetValue<double>().Should().BePositive().And.BeLessThanOrEqualTo(seconds);
        report["peak_fraction"]!.GetValue<double>().Should().BeInRange(0, 1.2);
        report["threads"]!.GetValue<int>().Should().Be(1);
        report["density"]!.GetValue<double>().Should().Be(1);
    }

    [Theory]
    [InlineData("forward", "magnitude")]
    [InlineData("train-step", "movement")]
    [InlineData("train-step", "magnitude")]
    public void Masks_have_the_density_that_is_asked_for(string mode, string method)
    {
        JsonObject report = Run(
            "--model", tiny.Model, "--mode", mode, "--method", method, "--density", "0.25", "--batch", "2", "--length", "5", "--warmup", "0", "--repeat", "2");
        report["density"]!.GetValue<double>().Should().BeApproximately(0.25, 1e-3);
    }

    [Theory]
    [InlineData("1", "1x1")]
    [InlineData("0.25", "16x4")]
    public void Products_in_integers_are_timed_beside_dense_ones(string density, string block)
    {
        JsonObject report = Run(
            "--model", tiny.Model, "--format", "sparse", "--activations", "int8", "--density", density, "--block", block, "--batch", "2", "--length", "5",
            "--warmup", "0", "--repeat", "2");
        report.Select(pair => pair.Key).Should().Equal([.. Keys, "dense_median_s", "dense_tokens_per_s", "dense_sequences_per_s", "speedup", "batch"]);
        report["speedup"]!.GetValue<double>().Should().BePositive();
    }

    [Fact]
    public void Lengths_come_from_the_texts_of_a_file()
    {
        // [CLS] aa ab [SEP] and [CLS] aa [SEP]: 3.5 tokens on average.
        string lines = tiny.Write("lines.txt", "aa ab\naa\n");
        JsonObject report = Run("--model", tiny.Model, "--lengths-from", lines, "--batch", "2", "--warmup", "0", "--repeat", "3");
        (report["tokens_per_s"]!.GetValue<double>() * report["median_s"]!.GetValue<double>()).Should().BeApproximately(7, 1e-6);
    }

    [Fact]
    public void Several_batches_are_reports_in_one_document_sparse_beside_dense()
    {
        string pruned = PrunedModel.Folder(
            tiny, density: 0.05, change: config => config with { HiddenSize = 64, IntermediateSize = 256, NumAttentionHeads = 2 });
        foreach (string model in (string[])[pruned, PrunedModel.File(tiny, pruned)])
        {
            string[] arguments = ["--model", model, "--format", "sparse", "--batch", "1,4", "--length", "6", "--warmup", "0", "--repeat", "2"];
            JsonObject[] reports = [.. Run(arguments)["batches"]!.AsArray().Select(report => report!.AsObject())];
            reports.Select(report => report["batch"]!.GetValue<int>()).Should().Equal(1, 4);
            foreach (JsonObject report in reports)
            {
                report.Select(pair => pair.Key).Should().Equal(
                    [.. Keys, "dense_median_s", "dense_tokens_per_s", "dense_sequences_per_s", "speedup", "batch"]);
                double batch = report["batch"]!.GetValue<int>(), dense = report["dense_median_s"]!.GetValue<double>();
                (report["sequences_per_s"]!.GetValue<double>() * report["median_s"]!.GetValue<double>()).Should().BeApproximately(batch, 1e-6);
                (report["dense_sequences_per_s"]!.GetValue<double>() * dense).Should().BeApproximately(batch, 1e-6);
                (report["dense_tokens_per_s"]!.GetValue<double>() * dense).Should().BeApproximately(6 * batch, 1e-6);
            }

            TinyRun.Run(["bench", .. arguments]).Output.Should().ContainAll("batch 1", "batch 4", "speedup", "sequences_per_s");
        }
    }

    [Fact]
    public void A_product_is_two_operations_a_multiply_add()
    {
        JsonObject report = Run("--mode", "gemm", "--shape", "3x5x7", "--layout", "TN", "--warmup", "0", "--repeat", "2");
        report.Select(pair => pair.Key).Should().Equal(Keys);
        (report["gflops"]!.GetValue<double>() * 1e9 * report["median_s"]!.GetValue<double>()).Should().BeApproximately(210, 1e-6);
        report["parameters"].Should().BeNull();
    }

    [Fact]
    public void A_load_has_weights_and_memory_but_no_arithmetic()
    {
        JsonObject report = Run("--model", tiny.Model, "--mode", "load", "--warmup", "1", "--repeat", "2", "--threads", "1");
        report.Select(pair => pair.Key).Should().Equal([.. Keys, "loaded_mb"]);
        report["parameters"]!.GetValue<long>().Should().Be(Run("--model", tiny.Model, "--length", "5", "--repeat", "1")["parameters"]!.GetValue<long>());
        report["median_s"]!.GetValue<double>().Should().BePositive();
        report["gflops"].Should().BeNull();

        CommandResult random = TinyRun.Run(["bench", "--mode", "load", "--config", Path.Combine(tiny.Model, "config.json")]);
        random.Code.Should().Be(2);
        random.Log.Should().Contain("--mode load needs --model");
    }

    [Fact]
    public void The_median_is_the_middle_or_the_mean_of_the_two_middle_ones()
    {
        var timing = new BenchTiming();
        foreach (double seconds in new[] { 5.0, 1, 3 }) timing.Add(seconds, new BenchWork(1, 1, 1));
        timing.Median.Should().Be(3);
        timing.Add(2, new BenchWork(1, 1, 1));
        timing.Median.Should().Be(2.5);
    }

    [Fact]
    public void Train_profile_prints_every_kernel_s_share()
    {
        CommandResult result = TinyRun.Run([.. tiny.Arguments("profiled"), "--profile"]);
        result.Code.Should().Be(0, result.Log);
        result.Output.Should().ContainAll("operation", "of peak", "MatMul TN", "AttentionBackward", "AdamW", "outside kernels", "Peaks measured on");
    }

    [Theory]
    [InlineData(2, "--model", "--length 0")]
    [InlineData(2, "--model", "--length 100000")]
    [InlineData(2, "--model", "--batch 0")]
    [InlineData(2, "--model", "--batch 1,0")]
    [InlineData(2, "--model", "--repeat 0")]
    [InlineData(2, "--model", "--format sparse")]
    [InlineData(2, "--model", "--mode train-step --activations int8")]
    [InlineData(2, "--model", "--method movement --density 2")]
    [InlineData(2, "--model", "--mode train-step --method movement")]
    [InlineData(3, "--model", "--lengths-from nowhere.txt")]
    [InlineData(2, null, "")]
    [InlineData(2, null, "--mode gemm")]
    [InlineData(2, null, "--mode gemm --shape 1x2")]
    [InlineData(2, null, "--mode gemm --shape 1x0x2")]
    [InlineData(2, null, "--mode gemm --shape 100000x100000x1")]
    [InlineData(2, null, "--mode gemm --shape 1x2x3 --layout TT")]
    [InlineData(3, null, "--config nowhere.json")]
    public void Bad_input_is_one_sentence_and_an_exit_code(int code, string? model, string options)
    {
        string[] arguments = [.. model is null ? [] : (string[])[model, tiny.Model], .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        CommandResult result = TinyRun.Run(["bench", .. arguments]);
        result.Code.Should().Be(code, result.Log);
        result.Log.Trim().Split('\n').Should().ContainSingle();
        result.Output.Should().BeEmpty();
    }

    private static JsonObject Run(params string[] arguments)
    {
        CommandResult result = TinyRun.Run(["bench", "--json", .. arguments]);
        result.Code.Should().Be(0, result.Log);
        return JsonNode.Parse(result.Output)!.AsObject();
    }
}
