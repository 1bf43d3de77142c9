// Runs that prune to a speed-up.
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Pruning.Latency;
using Sprout.Tests.Pruning;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class SpeedupRunTests : IDisposable
{
    private const string Options = "--method=movement --speedup=3 --score-learning-rate=0.3 --latency-table=$F/table.json";

    private static readonly string[] Files = ["model.safetensors", "scores.safetensors", "pruning.json", "latency.json"];

    private readonly TinyRun tiny = new();

    public SpeedupRunTests() => Latencies.Write(tiny.Folder);

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("movement")]
    [InlineData("magnitude")]
    public void The_exported_file_has_the_sizes_of_the_report(string method)
    {
        string output = tiny.Train("output", $"{Options} --method={method}{(method == "magnitude" ? " --score-learning-rate=-" : "")}");
        JsonObject report = TinyRun.ReadJson(output, "pruning.json");
        double predicted = report["predicted_speedup"]!.GetValue<double>();
        predicted.Should().BeGreaterThanOrEqualTo(3).And.BeLessThan(9);
        int[] kept = [.. report["shared"]!.AsObject().Select(part => part.Value!["kept"]!.GetValue<int>())];
        LatencyTable table = Latencies.Tiny;
        double cost = table.Rest + table.AttentionCost(0, kept[0]) + table.FeedForwardCost(0, kept[1])
            + table.AttentionCost(1, kept[2]) + table.FeedForwardCost(1, kept[3]);
        predicted.Should().BeApproximately(table.Dense / cost, 1e-12);
        string sentence = FormattableString.Invariant(
            $"Predicted speed-up {predicted:0.00}; the layers keep {kept[0]}, {kept[2]} of 2 heads and {kept[1]}, {kept[3]} of 32 neurons.");
        File.ReadAllText(Path.Combine(output, "run.log")).Should().Contain(sentence);
        File.ReadAllText(Path.Combine(output, "README.md")).Should().Contain(sentence);

        string file = tiny.PathOf("small.sprout");
        CommandResult export = TinyRun.Run("export", "--model", output, "--format", "sparse", "--remove-empty", "--output", file);
        export.Code.Should().Be(0, export.Log);
        using ModelSource small = ModelSource.Open(file);
        Enumerable.Range(0, 2).Select(small.Config.SizeOf).Should().Equal(new LayerSize(kept[0], kept[1]), new LayerSize(kept[2], kept[3]));
    }

    [Fact]
    public void A_resumed_run_uses_its_own_table_and_ends_with_the_same_bits()
    {
        string options = Options + " --save-every=2 --save-total-limit=9", whole = tiny.Train("whole", options), half = Half(whole);
        // Another table under the option's name would decide otherwise.
        Latencies.Write(tiny.Folder, "[0,1.2,2]", "[0,0.1,2]");
        TinyRun.Run("train", "--resume", "--output", half).Code.Should().Be(0);
        Same(whole, half);
    }

    [Fact]
    public void A_resumed_run_with_another_table_is_refused()
    {
        string half = Half(tiny.Train("whole", Options + " --save-every=2 --save-total-limit=9"));
        (Latencies.Tiny with { Rest = 0.9 }).Save(half);
        CommandResult result = TinyRun.Run("train", "--resume", "--output", half);
        result.Code.Should().Be(3, result.Log);
        result.Log.Should().Contain("expected a checkpoint of this run, found one with other table of latencies.");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_number_of_threads_and_the_run_s_own_table_make_the_same_bits(int threads)
    {
        string one = tiny.Train("one", Options);
        Same(one, tiny.Train("other", $"{Options} --latency-table=$F/one/latency.json --threads={threads}"));
    }

    [Fact]
    public void Without_a_table_a_run_measures_one_and_keeps_it()
    {
        string output = tiny.Train("output", "--method=magnitude --speedup=1.001 --speedup-batch=2 --speedup-length=7");
        LatencyTable table = LatencyTable.Load(Path.Combine(output, LatencyTable.FileName));
        (table.Layers, table.Hidden, table.Heads, table.Neurons, table.Batch, table.Length).Should().Be((2, 16, 2, 32, 2, 7));
        File.ReadAllText(Path.Combine(output, "run.log")).Should().Contain("Measured: 2 × 7 tokens take");
        Same(output, tiny.Train("again", "--method=magnitude --speedup=1.001 --latency-table=$F/output/latency.json"));
    }

    [Theory]
    [InlineData("--density=0.5", "--density has no effect with --speedup")]
    [InlineData("--scope=local", "--scope has no effect with --speedup")]
    [InlineData("--block=2x2", "--block has no effect with --speedup")]
    [InlineData("--attention-unit=block", "--attention-unit has no effect with --speedup")]
    [InlineData("--feed-forward-unit=block", "--feed-forward-unit has no effect with --speedup")]
    [InlineData("--speedup-length=9", "--speedup-length has no effect with --latency-table")]
    [InlineData("--latency-table=- --speedup-length=99", "--speedup-length: expected 1 to the model's 24 positions, found 99.")]
    [InlineData("--latency-table=- --speedup-batch=9999999", "--speedup-batch: expected 1 to")]
    [InlineData("--method=-", "--speedup has no effect without --method")]
    [InlineData("--method=random", "--speedup 3 needs --method movement or magnitude")]
    [InlineData("--speedup=-", "--latency-table has no effect without --speedup")]
    [InlineData("--speedup=10", "--speedup: expected less than 3.70")]
    [InlineData("--speedup=0.5", "--speedup: expected a number above 1, found 0.5.")]
    public void What_contradicts_is_2(string changes, string says) => Refused(2, "", "", changes, says);

    [Theory]
    [InlineData("", "", "--latency-table=$F/nothing.json", "nothing.json")]
    [InlineData("{", "", "", "table.json: ")]
    [InlineData("[0,8,32]", "[0,8]", "", "table.json: grid: expected whole numbers that rise from 0 to 32, found [0,8].")]
    [InlineData("\"hidden\":16", "\"hidden\":24", "", "with 2 layers of width 16, 2 heads and 32 neurons, found those of")]
    [InlineData("SequenceClassification", "QuestionAnswering", "", "found those of BertForQuestionAnswering")]
    public void A_damaged_or_foreign_table_is_3(string before, string after, string changes, string says) => Refused(3, before, after, changes, says);

    [Fact]
    public void Units_that_are_implied_may_be_given() => Same(
        tiny.Train("implied", Options), tiny.Train("given", Options + " --attention-unit=head --feed-forward-unit=neuron"));

    private void Refused(int code, string before, string after, string changes, string says)
    {
        Latencies.Write(tiny.Folder, before, after);
        CommandResult result = TinyRun.Run(tiny.Arguments("output", $"{Options} --score-learning-rate=- {changes}"));
        result.Code.Should().Be(code, result.Log);
        result.Log.Should().Contain(says);
        Directory.Exists(tiny.PathOf("output")).Should().BeFalse();
    }

    // A run that was killed after step 4 of 6.
    private string Half(string whole)
    {
        string half = tiny.PathOf("half");
        TinyRun.CopyFolder(Path.Combine(whole, "checkpoint-4"), Path.Combine(half, "checkpoint-4"));
        foreach (string file in (string[])["training_options.json", "latency.json"]) File.Copy(Path.Combine(whole, file), Path.Combine(half, file));
        return half;
    }

    private static void Same(string first, string second)
    {
        foreach (string file in Files) File.ReadAllBytes(Path.Combine(second, file)).Should().Equal(File.ReadAllBytes(Path.Combine(first, file)), file);
    }
}
