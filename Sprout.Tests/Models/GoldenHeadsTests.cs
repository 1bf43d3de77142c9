// Losses and gradients of BERT's classifiers against transformers' own.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Objectives;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Models;

public sealed class GoldenHeadsTests
{
    private const double Tolerance = 2e-5;

    [GoldenFact]
    public void Classes_have_transformers_loss_and_gradients() => Check("sequence-classification", "loss", new CrossEntropyLoss(), gradients: true);

    [GoldenFact]
    public void Smoothed_labels_have_transformers_loss() =>
        Check("sequence-classification", "loss_label_smoothing_0.1", new WeightedCrossEntropyLoss(null, 0.1, 3), gradients: false);

    [GoldenFact]
    public void Label_sets_have_transformers_loss_and_gradients() =>
        Check("sequence-classification-multi-label", "loss", new BinaryCrossEntropyLoss(), gradients: true);

    private static void Check(string head, string lossName, ITextLoss loss, bool gradients)
    {
        string folder = Path.Combine(GoldenFactAttribute.Folder!, "models", "bert", head);
        var golden = new GoldenTensors(Path.Combine(folder, "golden.safetensors"));
        using var source = new HuggingFaceFolder(folder);
        using IBackend backend = Device.Open("cpu", 1);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, source.Config.NumLabels);
        source.Load(model, seed: 0).Missing.Should().BeEmpty();
        TextExample[] examples = Examples(golden, source.Config.NumLabels, loss.IsForLabelSets);
        using Batch batch = Batch.Pack(backend, Sequences(golden));
        using var tape = new Tape(backend);
        Variable logits = model.Forward(tape, batch), sum = LossFunction.Zero(tape);
        Near(logits.Value.ToArray(), golden.Floats("output.logits"), "logits");
        loss.Add(tape, logits, examples, 1f / examples.Length, sum);
        double expected = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")))![lossName]!.GetValue<double>();
        ((double)sum.Value.Item()).Should().BeApproximately(expected, Tolerance);
        if (!gradients) return;
        tape.Backward(sum);
        foreach (Parameter parameter in model.Parameters())
            Near(parameter.Grad!.ToArray(), golden.Floats($"gradient.{parameter.Name}"), parameter.Name);
    }

    private static TokenSequence[] Sequences(GoldenTensors golden)
    {
        int width = golden.ShapeOf("input.input_ids")[1];
        int[] ids = golden.Integers("input.input_ids"), types = golden.Integers("input.token_type_ids"), mask = golden.Integers("input.attention_mask");
        return [.. Enumerable.Range(0, ids.Length / width).Select(row =>
        {
            int length = mask.AsSpan(row * width, width).ToArray().Sum();
            return new TokenSequence(ids.AsSpan(row * width, length).ToArray(), types.AsSpan(row * width, length).ToArray());
        })];
    }

    private static TextExample[] Examples(GoldenTensors golden, int classes, bool sets)
    {
        if (!sets) return [.. golden.Integers("input.labels").Select(label => new TextExample("", Label: label))];
        return [.. golden.Floats("input.labels").Chunk(classes)
            .Select(row => new TextExample("") { Labels = [.. Enumerable.Range(0, classes).Where(id => row[id] == 1)] })];
    }

    private static void Near(float[] found, float[] expected, string name)
    {
        found.Should().HaveSameCount(expected, name);
        for (int i = 0; i < found.Length; i++) ((double)found[i]).Should().BeApproximately(expected[i], Tolerance, name);
    }
}
