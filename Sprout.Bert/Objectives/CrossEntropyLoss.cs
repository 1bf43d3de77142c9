// The loss of classes.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>−log softmax(logits)[class].</summary>
public sealed class CrossEntropyLoss : ITextLoss
{
    /// <inheritdoc/>
    public bool IsForNumbers => false;

    /// <inheritdoc/>
    public void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss)
    {
        using IntTensor labels = IntTensor.From(tape.Backend, [.. examples.Select(example => example.Label)]);
        using IntTensor rows = Segments.OfRows(tape.Backend, examples.Count, logits.Shape.Columns);
        CrossEntropyFunction.Apply(tape, logits, rows, labels, scale, loss);
    }

    /// <inheritdoc/>
    public double Of(ReadOnlySpan<float> logits, TextExample example) => Softmax.CrossEntropy(logits, example.Label);
}
