// Dropout by itself.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class DropoutFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
        from probability in new[] { 0.1f, 0.5f, 0.9f }
        from shape in new Shape[] { new(0, 3), new(1), new(5, 7), new(33) }
        select new FunctionCase($"{probability} of {shape}", scene =>
        {
            Variable x = scene.Input(shape);
            return Subject.Of(
                tape => DropoutFunction.Apply(tape, x, probability),
                () => [.. Plain.Read(x).Select((value, i) => value * Plain.Keep(probability, stream: 0, i))]);
        }, HasDropout: true);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => DropoutFunction.Apply(t, s.Input(3), 1f), "probability", "1");
        Refuses((s, t) => DropoutFunction.Apply(t, s.Input(3), -0.1f), "probability", "-0.1");
        Refuses((s, t) => DropoutFunction.Apply(t, s.Input(3), float.NaN), "probability", "NaN");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void The_expected_value_is_the_input(string name)
    {
        const int n = 100_000;
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable x = scene.Input(new Shape(n), _ => 1f);
        using Tape tape = scene.Tape();
        float[] y = DropoutFunction.Apply(tape, x, 0.25f).Value.ToArray();
        // Five standard deviations of the mean of values 0 and 4/3.
        y.Average().Should().BeApproximately(1f, 5 * MathF.Sqrt(0.25f / 0.75f / n));
        y.Should().OnlyContain(value => value == 0 || value == 1f / 0.75f);
    }

    [Fact]
    public void Without_dropout_the_input_itself_comes_back()
    {
        using IBackend backend = TestBackends.Open("reference");
        using var scene = new Scene(backend);
        Variable x = scene.Input(3);
        using Tape training = scene.Tape(), inference = scene.Tape(recording: false);
        DropoutFunction.Apply(training, x, 0f).Should().BeSameAs(x);
        DropoutFunction.Apply(inference, x, 0.5f).Should().BeSameAs(x);
    }

    [Fact]
    public void Every_dropout_of_a_pass_and_every_pass_has_its_own_choices()
    {
        using IBackend backend = TestBackends.Open("reference");
        using var scene = new Scene(backend);
        Variable x = scene.Input(new Shape(64), _ => 1f);
        List<float[]> choices = [];
        foreach (ulong pass in new ulong[] { 0, 1 })
        {
            using Tape tape = scene.Tape();
            tape.SeedDropout(Scene.Seed, pass);
            for (int i = 0; i < 2; i++) choices.Add(DropoutFunction.Apply(tape, x, 0.5f).Value.ToArray());
        }

        choices.Select(choice => string.Join(' ', choice)).Should().OnlyHaveUniqueItems();
    }
}
