// Softmax cross-entropy with class targets.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// loss += scale · Σ over segments of −log softmax(segment)[target]; gradient scale · (softmax − one-hot).
/// logits has any shape and is read flat; segment s reaches from offsets[s] to offsets[s + 1]:
/// rows of class logits, or all tokens of a window for span starts and ends.
/// </summary>
public sealed class CrossEntropyFunction : LossFunction
{
    private CrossEntropyFunction(Tape tape, Variable logits, Variable loss) : base(tape, logits, loss) { }

    /// <summary>Adds the cross-entropy to <paramref name="loss"/>.</summary>
    /// <exception cref="ArgumentException">The number of targets is not that of the segments.</exception>
    public static void Apply(Tape tape, Variable logits, IntTensor offsets, IntTensor targets, float scale, Variable loss)
    {
        if (targets.Length != offsets.Length - 1) throw new ArgumentException($"CrossEntropy: {targets.Length} targets for {offsets.Length - 1} segments.");
        var function = new CrossEntropyFunction(tape, logits, loss);
        tape.Backend.CrossEntropy(logits.Value, offsets, targets, scale, loss.Value, function.InputGradient);
        if (function.InputGradient is not null) tape.Record(function, loss);
    }
}
