// Sparse files whose products are computed in integers.
using System.Text.Json.Nodes;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO.Coding;
using Sprout.Tests.Training;

namespace Sprout.Tests.Sources;

[Collection("backends")]
public sealed class IntegerFileTests : IDisposable
{
    private static readonly SparseFileOptions Integers = new() { Weights = NumberFormat.Int8, Activations = NumberFormat.Int8 };
    private static readonly string[] Texts = ["aa ab", "ba bb bc aa cd", "ec", "zz aa"];

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData(1, 0.05)]
    [InlineData(0.6, 0.05)]
    public void Answers_are_near_those_of_floats(double density, float most)
    {
        string folder = PrunedModel.Folder(tiny, density: density), integers = PrunedModel.File(tiny, folder, Integers, "integers.sprout");
        string floats = PrunedModel.File(tiny, folder, Integers with { Activations = NumberFormat.Fp32 });
        float[] expected = Logits(floats, 1), found = Logits(integers, 1);
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], most);
        found.Should().NotEqual(expected);
        Logits(integers, 3).Should().Equal(found, "threads change no bit");
    }

    [Fact]
    public void The_layers_compute_in_integers_and_the_head_in_floats()
    {
        string file = PrunedModel.File(tiny, PrunedModel.Folder(tiny, density: 1), Integers);
        HeaderOf(file).Where(tensor => (string?)tensor["activations"] == "int8").Select(tensor => (string)tensor["name"]!)
            .Should().HaveCount(12, "two layers have six matrices each").And.OnlyContain(name => name.Contains(".layer.", StringComparison.Ordinal));
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new SparseFile(file);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        source.LoadWhole(model, onlyAnswers: true);
        Linear[] layers = [.. model.Encoder.Layers.SelectMany(layer => layer.Prunable)];
        layers.Should().OnlyContain(layer => layer.Factor.IsSparse && layer.Factor.Layout!.GetType().Name == "IntegerLayout");
        model.NamedModules().Select(named => named.Module).OfType<Linear>().Except(layers).Should().NotBeEmpty()
            .And.OnlyContain(layer => !layer.Factor.IsSparse);
    }

    [Fact]
    public void Scattered_entries_stay_in_floats()
    {
        string file = PrunedModel.File(tiny, PrunedModel.Folder(tiny, density: 0.1), Integers);
        HeaderOf(file).Should().OnlyContain(tensor => tensor["activations"] == null);
    }

    [Fact]
    public void A_dense_model_is_loaded_without_a_dense_copy_in_floats()
    {
        string folder = PrunedModel.Folder(
            tiny, density: 1, change: config => config with { HiddenSize = 256, IntermediateSize = 1024, NumAttentionHeads = 2, NumHiddenLayers = 4 });
        string file = PrunedModel.File(tiny, folder, Integers);
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new SparseFile(file);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        source.LoadWhole(model, onlyAnswers: true);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        long dense = model.Encoder.Layers.SelectMany(layer => layer.Prunable).Sum(layer => layer.Weight.Shape.Count) * sizeof(float);
        backend.PeakBytes.Should().BeLessThan(dense / 2, "as floats the layers take {0} bytes", dense);
        taken.Should().BeLessThan(dense, "all that was ever taken: the bytes of the file, and integers");
    }

    [Fact]
    public void A_file_is_what_is_quantised_in_memory()
    {
        string folder = PrunedModel.Folder(tiny, density: 1);
        using IBackend backend = Device.Open("cpu", 1);
        float[][] states = [.. new[] { folder, PrunedModel.File(tiny, folder, Integers) }.Select(path =>
        {
            using ModelSource source = ModelSource.Open(path);
            using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
            source.LoadWhole(model, onlyAnswers: true);
            IntegerLayers.Quantize(model);
            int hidden = source.Config.HiddenSize;
            using Tensor x = Tensor.From(backend, new Shape(3, hidden), [.. Enumerable.Range(0, 3 * hidden).Select(i => i % 7f)]);
            using Tensor y = Tensor.Rent(backend, x.Shape);
            backend.PackedLinear<Sprout.Tensors.Ops.Identity>(x, model.Encoder.Layers[0].Attention.Query.Factor.Layout!, null, y);
            return y.ToArray();
        })];
        states[1].Should().Equal(states[0]);
    }

    [Fact]
    public void Floats_are_what_training_and_folders_get()
    {
        string folder = PrunedModel.Folder(tiny, density: 1), integers = PrunedModel.File(tiny, folder, Integers, "integers.sprout");
        string floats = PrunedModel.File(tiny, folder, Integers with { Activations = NumberFormat.Fp32 });
        foreach (string file in (string[])[integers, floats])
            TinyRun.Run("export", "--model", file, "--output", file + ".hf").Code.Should().Be(0);
        File.ReadAllBytes(Path.Combine(integers + ".hf", "model.safetensors"))
            .Should().Equal(File.ReadAllBytes(Path.Combine(floats + ".hf", "model.safetensors")));
        tiny.Train("trained", $"--model={integers}");
    }

    [Fact]
    public void The_command_writes_and_reads_it()
    {
        string folder = PrunedModel.Folder(tiny, density: 1), file = tiny.PathOf("integers.sprout");
        string[] export = ["export", "--model", folder, "--format", "sparse", "--output", file, "--activations", "int8"];
        CommandResult refused = TinyRun.Run(export);
        refused.Code.Should().Be(2);
        refused.Log.Trim().Should().Be("--activations: int8 needs --weights int8, found fp32.");
        File.Exists(file).Should().BeFalse();
        TinyRun.Run([.. export, "--weights", "int8"]).Output.Should().Contain("int8_products = 12 of 12 matrices");
        TinyRun.Run("predict", "--model", file, "--input", tiny.Write("texts", "aa ab\nba\n")).Output.Trim().Split('\n').Should().HaveCount(2);
        CommandResult bench = TinyRun.Run(
            "bench", "--model", file, "--format", "sparse", "--batch", "2", "--length", "8", "--repeat", "1", "--warmup", "0", "--profile");
        bench.Code.Should().Be(0, bench.Log);
    }

    private static IEnumerable<JsonObject> HeaderOf(string file) =>
        SealedFile.Header(File.ReadAllBytes(file))["tensors"]!.AsArray().Select(tensor => tensor!.AsObject());

    private static float[] Logits(string model, int threads)
    {
        using var classifier = TextClassifier.Load(model, new PredictorOptions { Threads = threads });
        return [.. Texts.SelectMany(text => classifier.Predict(text).Logits)];
    }
}
