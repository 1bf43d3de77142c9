// The loss of numbers.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>(score − target)².</summary>
public sealed class SquaredErrorLoss : ITextLoss
{
    /// <inheritdoc/>
    public bool IsForNumbers => true;

    /// <inheritdoc/>
    public void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss)
    {
        using Tensor targets = Tensor.From(tape.Backend, new Shape(examples.Count), [.. examples.Select(example => example.Score)]);
        SquaredErrorFunction.Apply(tape, logits, targets, scale, loss);
    }

    /// <inheritdoc/>
    public double Of(ReadOnlySpan<float> logits, TextExample example) => Math.Pow((double)logits[0] - example.Score, 2);
}
