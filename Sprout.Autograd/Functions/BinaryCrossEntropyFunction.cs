// Cross-entropy of independent yes-or-no answers.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// loss += scale · Σ −(target · log σ(x) + (1 − target) · log σ(−x)); gradient scale · (σ(x) − target). x and target have the same number of elements; scale
/// 1/n makes it the mean. The target gets no gradient.
/// </summary>
public sealed class BinaryCrossEntropyFunction : LossFunction
{
    private BinaryCrossEntropyFunction(Tape tape, Variable x, Variable loss) : base(tape, x, loss) { }

    /// <summary>Adds the cross-entropy to <paramref name="loss"/>.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public static void Apply(Tape tape, Variable x, Tensor target, float scale, Variable loss)
    {
        if (target.Count != x.Shape.Count) throw new ArgumentException($"BinaryCrossEntropy: the target has shape {target.Shape}, the input {x.Shape}.");
        var function = new BinaryCrossEntropyFunction(tape, x, loss);
        tape.Backend.BinaryCrossEntropy(x.Value, target, scale, loss.Value, function.InputGradient);
        if (function.InputGradient is not null) tape.Record(function, loss);
    }
}
