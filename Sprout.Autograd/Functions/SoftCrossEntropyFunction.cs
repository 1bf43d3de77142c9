// Softmax cross-entropy with a weight for every class.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// loss += scale · Σ over segments of Σ over the segment of −target · log softmax(segment); gradient scale · (Σ target · softmax − target). The targets are
/// weights of any sum and get no gradient. Segments as in <see cref="CrossEntropyFunction"/>.
/// </summary>
public sealed class SoftCrossEntropyFunction : LossFunction
{
    private SoftCrossEntropyFunction(Tape tape, Variable logits, Variable loss) : base(tape, logits, loss) { }

    /// <summary>Adds the cross-entropy to <paramref name="loss"/>.</summary>
    /// <exception cref="ArgumentException">The targets are not as many as the logits.</exception>
    public static void Apply(Tape tape, Variable logits, Tensor targets, IntTensor offsets, float scale, Variable loss)
    {
        if (targets.Count != logits.Shape.Count)
            throw new ArgumentException($"SoftCrossEntropy: the targets have shape {targets.Shape}, the logits {logits.Shape}.");
        var function = new SoftCrossEntropyFunction(tape, logits, loss);
        tape.Backend.SoftCrossEntropy(logits.Value, targets, offsets, scale, loss.Value, function.InputGradient);
        if (function.InputGradient is not null) tape.Record(function, loss);
    }
}
