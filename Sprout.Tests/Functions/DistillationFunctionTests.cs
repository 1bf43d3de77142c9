// The divergence from a teacher.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class DistillationFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
        from temperature in new[] { 0.5f, 1f, 2f }
        from lengths in new int[][] { [], [1], [2, 2, 2], [3, 1, 5] }
        select Of(lengths, temperature);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => DistillationFunction.Apply(t, s.Input(3, 2), s.Constant(new Shape(2, 2)), s.Integers(0, 2, 4, 6), 1f, 1f, LossFunction.Zero(t)),
            "Distillation", "[2, 2]", "[3, 2]");
        Refuses(
            (s, t) => DistillationFunction.Apply(t, s.Input(1, 2), s.Constant(new Shape(1, 2)), s.Integers(0, 2), 0f, 1f, LossFunction.Zero(t)),
            "Distillation", "temperature", "0");
        Refuses(
            (s, t) => DistillationFunction.Apply(t, s.Input(1, 2), s.Constant(new Shape(1, 2)), s.Integers(0, 2), 1f, 1f, s.Input(3)),
            "Distillation", "one element", "[3]");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_student_like_its_teacher_has_no_loss_and_no_gradient(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable logits = scene.Input(3, 5);
        using Tape tape = scene.Tape();
        Variable loss = LossFunction.Zero(tape);
        DistillationFunction.Apply(tape, logits, logits.Value, scene.Integers(0, 5, 10, 15), 2f, 1f, loss);
        loss.Value.Item().Should().BeApproximately(0f, 1e-6f);
        tape.Backward(loss);
        logits.Grad!.ToArray().Should().OnlyContain(value => Math.Abs(value) < 1e-6f);
    }

    private static FunctionCase Of(int[] lengths, float temperature) => new($"segments of [{string.Join(", ", lengths)}], T = {temperature}", scene =>
    {
        var shape = new Shape(lengths.Sum());
        Variable logits = scene.Input(shape);
        Tensor teacher = scene.Constant(shape);
        int[] offsets = Plain.Offsets(lengths);
        IntTensor places = scene.Integers(offsets);
        return Subject.OfLoss((tape, loss) => DistillationFunction.Apply(tape, logits, teacher, places, temperature, 0.7f, loss), () =>
        {
            IEnumerable<double> divergences = Plain.Segments(Plain.Read(logits), offsets).Zip(Plain.Segments(Plain.Read(teacher), offsets), (student, wanted) =>
            {
                double[] q = Plain.LogSoftmax(student.Select(x => x / temperature)), p = Plain.LogSoftmax(wanted.Select(x => x / temperature));
                return p.Zip(q, (logP, logQ) => Math.Exp(logP) * (logP - logQ)).Sum();
            });
            return 0.7 * temperature * temperature * divergences.Sum();
        });
    });
}
