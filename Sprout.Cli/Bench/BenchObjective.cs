// Something to train on that needs no files: random tokens with alternating labels.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Cli.Bench;

/// <summary>Classification of given sequences into two classes that alternate. There is nothing to evaluate.</summary>
internal sealed class BenchObjective(IBackend backend, SequenceClassifier model, IReadOnlyList<TokenSequence> sequences) : Objective
{
    /// <summary>Classes, logits of a sequence.</summary>
    public const int Classes = 2;

    /// <inheritdoc/>
    public override TaskModel Model => model;

    /// <inheritdoc/>
    public override int TrainCount => sequences.Count;

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_none";

    /// <summary>The lengths of the sequences of the latest step.</summary>
    public int[] Lengths { get; private set; } = [];

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        TokenSequence[] chosen = [.. examples.ToArray().Select(i => sequences[i])];
        Lengths = [.. chosen.Select(sequence => sequence.Ids.Length)];
        using Batch batch = Batch.Pack(backend, chosen);
        using IntTensor labels = IntTensor.From(backend, [.. examples.ToArray().Select(i => i % Classes)]);
        using IntTensor rows = IntTensor.From(backend, [.. Enumerable.Range(0, chosen.Length + 1).Select(i => i * Classes)]);
        CrossEntropyFunction.Apply(tape, model.Forward(tape, batch), rows, labels, scale, loss);
        tape.Backward(loss);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(
        int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation) =>
        new Dictionary<string, double>();
}
