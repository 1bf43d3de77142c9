// A model without its empty heads and neurons is the model.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Structure;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Random;
using Sprout.Tests.Export;
using Sprout.Tests.Functions;
using Sprout.Tests.Models;
using Sprout.Tests.Training;

namespace Sprout.Tests.Pruning;

[Collection("backends")]
public sealed class CompactModelTests : IDisposable
{
    private const float Tolerance = 1e-5f;

    private static readonly BertConfig Config = TinyBert.Config(layers: 3) with { HiddenSize = 12, NumAttentionHeads = 3, IntermediateSize = 10 };

    private readonly OnnxModel files = new();
    private readonly TinyRun tiny = new();

    public static TheoryData<string> Backends => TestBackends.All;

    private string Compact => tiny.PathOf("compact.sprout");

    public void Dispose()
    {
        files.Dispose();
        tiny.Dispose();
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Logits_stay_whatever_is_removed(string backend)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            var random = new RandomStream(seed, 0);
            bool[][] heads = [.. Masks(random, Config.NumAttentionHeads)], neurons = [.. Masks(random, Config.IntermediateSize)];
            Check(backend, (layer, head) => heads[layer][head], (layer, neuron) => neurons[layer][neuron]);
        }

        Check(backend, (layer, _) => layer == 1, (layer, _) => layer == 2);
        Check(backend, (_, _) => true, (_, _) => true);
    }

    [Fact]
    public void A_model_without_empty_ones_keeps_its_file()
    {
        Save((_, _) => false, (_, neuron) => neuron == 3);
        Write(remove: false);
        byte[] whole = File.ReadAllBytes(Compact);
        Write().Should().Be((0, 3));
        File.ReadAllBytes(Compact).Length.Should().BeLessThan(whole.Length);
        Save((_, _) => false, (_, _) => false);
        Write(remove: false);
        whole = File.ReadAllBytes(Compact);
        Write().Should().Be((0, 0));
        File.ReadAllBytes(Compact).Should().Equal(whole);
    }

    [Fact]
    public void A_file_of_a_file_is_the_same()
    {
        Save((layer, head) => layer == head, (layer, neuron) => layer == 0 || neuron > 4);
        Write();
        byte[] first = File.ReadAllBytes(Compact);
        foreach (string[] option in (string[][])[[], ["--remove-empty"]])
        {
            string again = tiny.PathOf("again.sprout");
            CommandResult result = TinyRun.Run(["export", "--model", Compact, "--format", "sparse", "--output", again, .. option]);
            result.Code.Should().Be(0, result.Log);
            if (option.Length > 0) result.Output.Should().Contain("removed = 3 of 9 heads, 20 of 30 neurons");
            File.ReadAllBytes(again).Should().Equal(first);
        }
    }

    [Theory]
    [InlineData(NumberFormat.Fp16)]
    [InlineData(NumberFormat.Int8)]
    public void Shorter_numbers_are_read_by_layers_of_any_size(NumberFormat weights)
    {
        Save((layer, _) => layer == 0, (layer, _) => layer == 1);
        Write(weights: weights);
        float[] expected = Logits(files.Path, "reference"), found = Logits(Compact, "reference");
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], 0.2f);
    }

    [Fact]
    public void Other_formats_and_training_make_it_whole_again()
    {
        Save((layer, head) => layer == 1 || head == 0, (layer, neuron) => layer == 2 || neuron % 2 == 0);
        Write();
        CommandResult hf = TinyRun.Run("export", "--model", Compact, "--format", "hf", "--output", tiny.PathOf("hf"));
        hf.Code.Should().Be(0, hf.Log);
        File.ReadAllText(Path.Combine(tiny.PathOf("hf"), "config.json")).Should().Be(File.ReadAllText(Path.Combine(files.Path, "config.json")));
        ModelCost whole = ModelInspector.Inspect(tiny.PathOf("hf")), compact = ModelInspector.Inspect(Compact);
        (whole.KeptWeights, whole.PrunableWeights, whole.RemovedHeads).Should().Be(
            (compact.KeptWeights, ModelInspector.Inspect(files.Path).PrunableWeights, 0));
        Near(Logits(tiny.PathOf("hf"), "cpu"), Logits(files.Path, "cpu"));
        CommandResult onnx = TinyRun.Run("export", "--model", Compact, "--format", "onnx", "--output", files.Exported);
        onnx.Output.Should().Contain("removed = 5 of 9 heads, 20 of 30 neurons");
        File.ReadAllText(Path.Combine(files.Exported, "config.json")).Should().NotContain("sprout_layers");
        float[] expected = Logits(files.Path, "cpu"), found = files.Run(TinyBert.Sequences)["logits"].Values;
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], 1e-4f);
    }

    [Fact]
    public void Every_command_takes_the_file()
    {
        string folder = Pruned();
        CommandResult export = TinyRun.Run("export", "--model", folder, "--format", "sparse", "--remove-empty", "--output", Compact);
        export.Output.Should().Contain("removed = 1 of 4 heads, 20 of 64 neurons", export.Log);
        CommandResult Eval(string model) => TinyRun.Run("eval", "--model", model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--json");
        Eval(Compact).Json["eval_accuracy"]!.GetValue<double>().Should().Be(Eval(folder).Json["eval_accuracy"]!.GetValue<double>());
        CommandResult predict = TinyRun.Run("predict", "--model", Compact, "--input", tiny.Write("texts", "aa ab\nba\n"));
        predict.Code.Should().Be(0, predict.Log);
        foreach (string mode in (string[])["forward", "load", "train-step"])
        {
            string[] sizes = mode == "load" ? [] : ["--batch", "2", "--length", "8"];
            CommandResult bench = TinyRun.Run(["bench", "--mode", mode, "--model", Compact, "--repeat", "1", "--warmup", "0", .. sizes]);
            bench.Code.Should().Be(0, bench.Log);
        }

        TinyRun.Run("bench", "--model", Compact, "--format", "sparse", "--repeat", "1", "--warmup", "0", "--length", "8").Code.Should().Be(0);
        TinyRun.Run("bench", "--model", Compact, "--density", "0.1", "--repeat", "1", "--warmup", "0", "--length", "8").Code.Should().Be(0);
        JsonNode inspected = TinyRun.Run("inspect", Compact, "--json").Json;
        (inspected["removed_heads"]!.GetValue<int>(), inspected["removed_neurons"]!.GetValue<int>()).Should().Be((1, 20));
        string[] keys = ["heads", "neurons", "empty_heads"];
        inspected["layers"]!.AsArray().SelectMany(layer => keys.Select(key => layer![key]!.GetValue<int>())).Should().Equal(1, 32, 0, 2, 12, 0);
        TinyRun.Run("inspect", Compact).Output.Should().Contain("removed           1 of 4 heads, 20 of 64 neurons");
        TinyRun.Run("inspect", folder).Output.Should().NotContain("removed  ");
    }

    [Fact]
    public void It_teaches_and_trains_and_what_was_removed_stays_0()
    {
        TinyRun.Run("export", "--model", Pruned(), "--format", "sparse", "--remove-empty", "--output", Compact).Code.Should().Be(0);
        CommandResult result = TinyRun.Run(tiny.Arguments("trained", $"--model={Compact} --teacher={Compact}"));
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("heads and neurons were removed, 1 and 20; zeros");
        ModelCost trained = ModelInspector.Inspect(tiny.PathOf("trained"));
        trained.Layers.Select(layer => (layer.Heads, layer.RemovableHeads, layer.Neurons, layer.RemovableNeurons))
            .Should().Equal((2, 1, 32, 0), (2, 0, 32, 20));
        File.ReadAllText(Path.Combine(tiny.PathOf("trained"), "config.json")).Should().NotContain("sprout_layers");
    }

    [Theory]
    [InlineData("""[{"heads":3,"neurons":10},{"heads":3,"neurons":10},{"heads":2,"neurons":9}]""")]
    [InlineData("""[{"heads":3,"neurons":10},{"heads":3,"neurons":10},{"heads":1,"neurons":8}]""")]
    [InlineData("""[{"heads":3,"neurons":10},{"heads":3,"neurons":10}]""")]
    [InlineData("""[{"heads":3,"neurons":10},{"heads":3,"neurons":10},{"heads":2,"neurons":-8}]""")]
    [InlineData("null")]
    public void Sizes_that_the_tensors_do_not_have_are_refused(string layers)
    {
        Save((layer, head) => layer == 2 && head == 0, (layer, neuron) => layer == 2 && neuron < 2);
        Write(lie: config => config with { SproutLayers = null, Extra = new JsonObject { ["sprout_layers"] = JsonNode.Parse(layers) } });
        CommandResult result = TinyRun.Run("inspect", Compact);
        result.Code.Should().Be(3, result.Log);
        result.Log.Trim().Should().Contain(Compact).And.NotContain("\n");
    }

    [Fact]
    public void A_small_file_does_not_become_a_model_of_any_size()
    {
        Save((_, _) => false, (_, neuron) => neuron < 4);
        Write(lie: config => config with { IntermediateSize = int.MaxValue / config.HiddenSize });
        ModelInspector.Inspect(Compact).Layers[0].Neurons.Should().Be(6);
        foreach (string[] args in (string[][])[
            ["export", "--model", Compact, "--output", tiny.PathOf("hf")], tiny.Arguments("trained", $"--model={Compact}"),
            ["bench", "--mode", "train-step", "--model", Compact, "--length", "8"]])
        {
            CommandResult result = TinyRun.Run(args);
            result.Code.Should().Be(3, result.Log);
            result.Log.Should().Contain("sprout_layers: expected a whole model that");
        }
    }

    [Fact]
    public void A_fresh_model_is_whole()
    {
        string config = tiny.Write("config.json", """{"num_hidden_layers":1,"sprout_layers":[{"heads":1,"neurons":1}]}""");
        CommandResult result = TinyRun.Run("bench", "--config", config);
        result.Code.Should().Be(3);
        result.Log.Should().Contain("sprout_layers: expected none");
    }

    private static IEnumerable<bool[]> Masks(RandomStream random, int count) =>
        Enumerable.Range(0, Config.NumHiddenLayers).Select(_ => Enumerable.Range(0, count).Select(_ => random.NextDouble() < 0.5).ToArray());

    private static float[] Logits(string model, string backend)
    {
        using IBackend device = TestBackends.Open(backend == "cpu" ? TestBackends.Widths.Last() : backend);
        using ModelSource source = ModelSource.Open(model);
        using SequenceClassifier classifier = source.Config.CreateClassifier(device, 2);
        source.LoadWhole(classifier, onlyAnswers: true);
        using Batch batch = Batch.Pack(device, TinyBert.Sequences);
        float[] logits;
        using (var tape = new Tape(device, recording: false)) logits = classifier.Forward(tape, batch).Value.ToArray();
        using (new PackedWeights(device, classifier))
        using (var tape = new Tape(device, recording: false)) Near(classifier.Forward(tape, batch).Value.ToArray(), logits);
        return logits;
    }

    private static void Near(float[] found, float[] expected)
    {
        found.Should().HaveSameCount(expected);
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], Tolerance * Math.Max(1, Math.Abs(expected[i])), "logit {0}", i);
    }

    private void Check(string backend, Func<int, int, bool> heads, Func<int, int, bool> neurons)
    {
        Save(heads, neurons);
        IEnumerable<int> layers = Enumerable.Range(0, Config.NumHiddenLayers);
        Write().Should().Be((
            layers.Sum(layer => Enumerable.Range(0, Config.NumAttentionHeads).Count(head => heads(layer, head))),
            layers.Sum(layer => Enumerable.Range(0, Config.IntermediateSize).Count(neuron => neurons(layer, neuron)))));
        Near(Logits(Compact, backend), Logits(files.Path, backend));
    }

    // A folder whose heads and neurons are emptied on one side or the other; biases stay, as when a run prunes.
    private void Save(Func<int, int, bool> heads, Func<int, int, bool> neurons) => files.Save(
        Config, backend => new BertForSequenceClassification(backend, Config, 2), model => Empty(model, Config.HeadSize, heads, neurons));

    private static void Empty(TaskModel model, int headSize, Func<int, int, bool> heads, Func<int, int, bool> neurons)
    {
        for (int i = 0; i < model.Encoder.Layers.Count; i++)
        {
            int layer = i;
            (AttentionMatrices attention, FeedForwardMatrices feedForward) = (model.Encoder.Layers[i].Attention, model.Encoder.Layers[i].FeedForward);
            Holes.Clear(attention.Value, row => heads(layer, row / headSize) && row / headSize % 2 == 0);
            Holes.Clear(attention.Output, column: column => heads(layer, column / headSize) && column / headSize % 2 == 1);
            Holes.Clear(feedForward.First, row => neurons(layer, row) && row % 2 == 0);
            Holes.Clear(feedForward.Second, column: column => neurons(layer, column) && column % 2 == 1);
        }
    }

    // The tiny model of the tests of runs without a head and some neurons.
    private string Pruned()
    {
        using IBackend backend = TestBackends.Open("reference");
        using var source = new HuggingFaceFolder(tiny.Model);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        source.LoadWhole(model);
        Empty(model, source.Config.HeadSize, (layer, head) => (layer, head) == (0, 1), (layer, neuron) => layer == 1 && neuron < 20);
        HuggingFaceFolder.Save(tiny.PathOf("pruned"), model, source.Config, source.Tokenizer);
        return tiny.PathOf("pruned");
    }

    private (long Heads, long Neurons) Write(bool remove = true, NumberFormat weights = NumberFormat.Fp32, Func<BertConfig, BertConfig>? lie = null)
    {
        using ModelSource source = ModelSource.Open(files.Path);
        ModelSource compact = CompactModel.Of(source);
        ModelSource written = !remove ? source : lie is null ? compact : new Liar(compact, lie((BertConfig)compact.Config));
        SparseFileWriter.Write(Compact, written, new SparseFileOptions { Weights = weights });
        return (compact.Config.RemovedHeads, compact.Config.RemovedNeurons);
    }

    /// <summary>A model whose configuration says something else of it.</summary>
    private sealed class Liar(ModelSource model, ModelConfig config) : ModelSource
    {
        public override string Name => model.Name;

        public override ModelConfig Config => config;

        public override IReadOnlyList<StoredTensor> Tensors => model.Tensors;

        public override IReadOnlyList<string> SettingsFiles => model.SettingsFiles;

        public override long BytesOnDisk => model.BytesOnDisk;

        public override LoadReport Load(TaskModel into, ulong seed, bool onlyAnswers = false) => model.Load(into, seed, onlyAnswers);

        public override StoredTensor? Find(string parameter, string encoderPrefix) => model.Find(parameter, encoderPrefix);

        public override void Read(StoredTensor tensor, long offset, Span<float> values) => model.Read(tensor, offset, values);

        protected override ITokenizer ReadTokenizer() => model.Tokenizer;
    }
}
