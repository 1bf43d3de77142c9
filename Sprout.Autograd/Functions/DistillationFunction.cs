// Knowledge distillation from a teacher's logits.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// loss += scale · Σ over segments of T² · KL(softmax(teacher / T) ‖ softmax(logits / T)) (Hinton et al. 2015; Sanh et al. 2020, section 5);
/// gradient scale · T · (softmax(logits / T) − softmax(teacher / T)). Segments as in <see cref="CrossEntropyFunction"/>; the teacher's logits get no gradient.
/// </summary>
public sealed class DistillationFunction : LossFunction
{
    private DistillationFunction(Tape tape, Variable logits, Variable loss) : base(tape, logits, loss) { }

    /// <summary>Adds the divergence from the teacher to <paramref name="loss"/>.</summary>
    /// <exception cref="ArgumentException">The teacher's logits have another shape, or the temperature is not positive.</exception>
    public static void Apply(Tape tape, Variable logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Variable loss)
    {
        if (teacher.Count != logits.Shape.Count)
            throw new ArgumentException($"Distillation: the teacher's logits have shape {teacher.Shape}, the student's {logits.Shape}.");
        if (!(temperature > 0)) throw new ArgumentException($"Distillation: the temperature is positive, not {temperature}.");
        var function = new DistillationFunction(tape, logits, loss);
        tape.Backend.Distillation(logits.Value, teacher, offsets, temperature, scale, loss.Value, function.InputGradient);
        if (function.InputGradient is not null) tape.Record(function, loss);
    }
}
