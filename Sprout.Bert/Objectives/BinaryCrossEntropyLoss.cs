// The loss of sets of labels.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>Mean over the labels of −log σ(logit) where an example has the label, and of −log σ(−logit) where it has not.</summary>
public sealed class BinaryCrossEntropyLoss : ITextLoss
{
    /// <inheritdoc/>
    public bool IsForNumbers => false;

    /// <inheritdoc/>
    public bool IsForLabelSets => true;

    /// <inheritdoc/>
    public void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss)
    {
        int classes = logits.Shape.Columns;
        var values = new float[examples.Count * classes];
        for (int i = 0; i < examples.Count; i++)
            foreach (int id in examples[i].Labels) values[(i * classes) + id] = 1;
        using Tensor targets = Tensor.From(tape.Backend, logits.Shape, values);
        BinaryCrossEntropyFunction.Apply(tape, logits, targets, scale / classes, loss);
    }

    /// <inheritdoc/>
    public double Of(ReadOnlySpan<float> logits, TextExample example) => Sigmoid.CrossEntropy(logits, example.Labels);
}
