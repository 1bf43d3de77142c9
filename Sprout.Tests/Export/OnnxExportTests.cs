// Exports to ONNX, run in ONNX Runtime beside Sprout.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Export.Onnx;
using Sprout.Pruning.Inspection;
using Sprout.Tests.Models;
using Sprout.Tests.Training;

namespace Sprout.Tests.Export;

public sealed class OnnxExportTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly OnnxModel files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(HiddenActivation.Gelu)]
    [InlineData(HiddenActivation.GeluTanh)]
    [InlineData(HiddenActivation.Relu)]
    public void A_classifier_has_Sprouts_logits_for_padded_batches(HiddenActivation activation)
    {
        SaveClassifier(TinyBert.Config() with { HiddenAct = activation });
        Export().Should().BeEquivalentTo(new OnnxReport(4, 0, 24, 0, new FileInfo(Path.Combine(files.Exported, "model.onnx")).Length));
        CompareLogits();
    }

    [Fact]
    public void A_model_that_answers_questions_has_Sprouts_logits()
    {
        files.Save(TinyBert.Config(), backend => new BertForQuestionAnswering(backend, TinyBert.Config()));
        Export();
        Dictionary<string, (float[] Values, long[] Extents)> found = files.Run(TinyBert.Sequences);
        found.Keys.Should().Equal("start_logits", "end_logits");
        float[] expected = files.Forward((config, backend) => config.CreateSpanExtractor(backend), TinyBert.Sequences);
        Near(Tokens(found["start_logits"]).Concat(Tokens(found["end_logits"])), expected);
    }

    [Fact]
    public void A_masked_language_model_has_Sprouts_logits()
    {
        files.Save(TinyBert.Config(), backend => new BertForMaskedLM(backend, TinyBert.Config()));
        Export();
        (float[] values, long[] extents) = files.Run(TinyBert.Sequences)["logits"];
        extents.Should().Equal(3, 7, 11);
        Near(Tokens((values, extents)), files.Forward((config, backend) => config.CreateMaskedLM(backend), TinyBert.Sequences));
    }

    [Fact]
    public void Empty_heads_and_neurons_are_left_out_and_the_logits_stay()
    {
        SaveClassifier(TinyBert.Config());
        Export();
        long whole = new FileInfo(Path.Combine(files.Exported, "model.onnx")).Length;
        Directory.Delete(files.Exported, recursive: true);
        SaveClassifier(TinyBert.Config(), model =>
        {
            Holes.Clear(model.Encoder.Layers[0].Attention.Value, row => row < 4);
            Holes.Clear(model.Encoder.Layers[0].Attention.Query, row => row >= 4);
            Holes.Clear(model.Encoder.Layers[1].Attention.Output, column: column => column >= 4);
            Holes.Clear(model.Encoder.Layers[0].FeedForward.First, row => row % 3 == 0);
            Holes.Clear(model.Encoder.Layers[1].FeedForward.Second, column: column => column is 1 or 2);
        });
        OnnxReport report = Export();
        (report.RemovedHeads, report.RemovedNeurons).Should().Be((2, 6));
        report.Bytes.Should().BeLessThan(whole - (sizeof(float) * ((2 * 4 * 4 * 8) + (6 * 2 * 8))));
        IReadOnlyList<LayerCost> layers = ModelInspector.Inspect(files.Path).Layers;
        (layers.Sum(layer => layer.EmptyHeads), layers.Sum(layer => layer.EmptyNeurons)).Should().Be((2, 6));
        CompareLogits();
    }

    [Theory]
    [InlineData(OnnxWeights.Float32)]
    [InlineData(OnnxWeights.Int8)]
    public void A_layer_may_lose_all_heads_and_all_neurons(OnnxWeights weights)
    {
        SaveClassifier(TinyBert.Config(), model =>
        {
            foreach (EncoderLayer layer in model.Encoder.Layers)
            {
                Holes.Clear(layer.Attention.Value, _ => true);
                Holes.Clear(layer.FeedForward.First, _ => true);
            }
        });
        OnnxReport report = Export(weights);
        (report.RemovedHeads, report.RemovedNeurons).Should().Be((4, 24));
        CompareLogits();
    }

    [GoldenFact]
    public void Removal_keeps_the_logits_where_nn_pruning_changes_them()
    {
        string path = Path.Combine(GoldenFactAttribute.Folder!, "methods", "nn-pruning-removal");
        var golden = new GoldenTensors(path + ".safetensors");
        var config = new BertConfig
        {
            VocabSize = 30, HiddenSize = 16, NumHiddenLayers = 5, NumAttentionHeads = 4, IntermediateSize = 24, MaxPositionEmbeddings = 16,
            Id2Label = ["a", "b", "c"],
        };
        files.Save(config, backend => new BertForSequenceClassification(backend, config, 3), model =>
        {
            foreach (Parameter parameter in model.Parameters()) parameter.Value.CopyFrom(golden.Floats(parameter.Name));
        });
        OnnxReport report = Export();
        report.RemovedHeads.Should().Be(4, "two have no value rows, two no output columns; zeros in query or key empty no head");
        JsonObject kept = JsonNode.Parse(File.ReadAllText(path + ".json"))!["kept_neurons"]!.AsObject();
        int removed = kept.Sum(layer => 24 - layer.Value!.AsArray().Count);
        report.RemovedNeurons.Should().BeInRange(removed, removed + 2, "there a layer keeps one neuron, though empty");
        int[] ids = golden.Words("input_ids");
        TokenSequence[] sequences = [.. ids.Chunk(7).Select(row => new TokenSequence(row, new int[7]))];
        Near(files.Run(sequences)["logits"].Values, golden.Floats("logits_masked"));
    }

    [Fact]
    public void Int8_has_nearly_Sprouts_logits_in_fewer_bytes()
    {
        BertConfig config = TinyBert.Config() with { HiddenSize = 64, IntermediateSize = 128 };
        // A signal that keeps its size, as in a trained model: attention of random weights is a choice of one token, which small errors turn.
        SaveClassifier(config, model =>
        {
            foreach (Parameter matrix in model.Parameters().Where(parameter => parameter.Shape.Rank == 2))
                matrix.Value.CopyFrom([.. matrix.Value.ToArray().Select(weight => weight / 4)]);
        });
        long whole = Export().Bytes;
        Directory.Delete(files.Exported, recursive: true);
        Export(OnnxWeights.Int8).Bytes.Should().BeLessThan((whole / 2) + 4096);
        float[] expected = Logits(), found = files.Run(TinyBert.Sequences)["logits"].Values;
        double spread = expected.Max() - expected.Min();
        for (int i = 0; i < expected.Length; i++) ((double)found[i]).Should().BeApproximately(expected[i], 0.1 * spread);
    }

    [Fact]
    public void The_folder_has_configuration_and_tokenizer()
    {
        SaveClassifier(TinyBert.Config());
        Export();
        string[] names = [.. Directory.GetFiles(files.Exported).Select(file => Path.GetFileName(file))];
        names.Should().Contain(["model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json"]);
        new HuggingFaceFolder(files.Exported).Config.NumLabels.Should().Be(2);
    }

    [Fact]
    public void The_command_says_what_it_left_out_and_refuses_what_it_cannot_write()
    {
        SaveClassifier(TinyBert.Config(), model => Holes.Clear(model.Encoder.Layers[0].FeedForward.First, row => row < 5));
        string[] export = ["export", "--model", files.Path, "--format", "onnx", "--output", files.Exported];
        TinyRun.Run([.. export]).Output.Should().ContainAll("removed = 0 of 4 heads, 5 of 24 neurons", "size = ");
        Refused(2, "not empty");
        Directory.Delete(files.Exported, recursive: true);

        string config = Path.Combine(files.Path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("BertForSequenceClassification", "BertForTokenClassification", StringComparison.Ordinal));
        Refused(3, "architectures", "expected a model for sequence classification", "found BertForTokenClassification.");
        File.WriteAllText(config, File.ReadAllText(config).Replace("BertForTokenClassification", "BertForQuestionAnswering", StringComparison.Ordinal));
        Refused(3, "expected the tensor \"qa_outputs.weight\" [2, 8], found none");
        Directory.GetFileSystemEntries(files.Exported).Should().BeEmpty();
        TinyRun.Run("export", "--model", files.Path, "--weights", "int8", "--output", files.Exported)
            .Log.Should().Contain("--weights: expected fp32 or fp16 with --format hf, found int8.");

        void Refused(int code, params string[] says)
        {
            CommandResult result = TinyRun.Run(export);
            result.Code.Should().Be(code, result.Log);
            result.Log.Should().ContainAll(says);
        }
    }

    [Fact]
    public void Weights_that_are_no_numbers_and_cancellation_leave_no_file()
    {
        SaveClassifier(TinyBert.Config(), model =>
        {
            Parameter weight = model.Encoder.Layers[1].FeedForward.Second.Weight;
            float[] values = weight.Value.ToArray();
            values[7] = float.NaN;
            weight.Value.CopyFrom(values);
        });
        CommandResult result = TinyRun.Run("export", "--model", files.Path, "--format", "onnx", "--output", files.Exported);
        result.Code.Should().Be(4);
        result.Log.Should().ContainAll("bert.encoder.layer.1.output.dense.weight", "found 1 of 96");
        SaveClassifier(TinyBert.Config());
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using ModelSource source = ModelSource.Open(files.Path);
        Action export = () => OnnxExport.Save(files.Exported, source, cancellation: cancelled.Token);
        export.Should().Throw<OperationCanceledException>();
        Directory.GetFileSystemEntries(files.Exported).Should().BeEmpty();
    }

    private void SaveClassifier(BertConfig config, Action<TaskModel>? change = null) =>
        files.Save(config, backend => new BertForSequenceClassification(backend, config, 2), change);

    private OnnxReport Export(OnnxWeights weights = OnnxWeights.Float32)
    {
        using ModelSource source = ModelSource.Open(files.Path);
        return OnnxExport.Save(files.Exported, source, weights);
    }

    private float[] Logits() => files.Forward((config, backend) => config.CreateClassifier(backend, config.NumLabels), TinyBert.Sequences);

    private void CompareLogits()
    {
        (float[] values, long[] extents) = files.Run(TinyBert.Sequences)["logits"];
        extents.Should().Equal(3, 2);
        Near(values, Logits());
    }

    // What belongs to padding is left out.
    private static IEnumerable<float> Tokens((float[] Values, long[] Extents) output)
    {
        int width = (int)output.Extents[1], columns = output.Extents.Length == 3 ? (int)output.Extents[2] : 1;
        return TinyBert.Sequences.SelectMany((sequence, row) => output.Values.Skip(row * width * columns).Take(sequence.Ids.Length * columns));
    }

    private static void Near(IEnumerable<float> found, float[] expected)
    {
        float[] values = [.. found];
        values.Should().HaveSameCount(expected);
        for (int i = 0; i < values.Length; i++) ((double)values[i]).Should().BeApproximately(expected[i], Tolerance);
    }
}
