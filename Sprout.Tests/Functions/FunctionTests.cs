// What every function must do, on every backend.
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

/// <summary>
/// The checks that all functions share. A function joins with a subclass "&lt;Function&gt;Tests" that gives its cases, and adds what only it has:
/// shape errors, dropout.
/// </summary>
[Collection("backends")]
public abstract class FunctionTests
{
    // Float kernels of a few operations on values around 1.
    private static readonly Tolerance Close = new(1e-5, 1e-5);

    public static TheoryData<string> Backends => TestBackends.All;

    internal abstract IEnumerable<FunctionCase> Cases { get; }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Values_are_those_of_the_plain_computation(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        double[] expected = subject.Plain();
        using (Tape tape = scene.Tape()) Compare(Plain.Read(subject.Apply(tape)), expected).Should().BeNull("{0} records", test);
        if (test.HasDropout) return;
        using (Tape tape = scene.Tape(recording: false)) Compare(Plain.Read(subject.Apply(tape)), expected).Should().BeNull("{0} does not record", test);
    });

    [Theory]
    [MemberData(nameof(Backends))]
    public void Gradients_are_those_of_differences(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        GradCheckResult result = GradCheck.Run(scene.Backend, subject.Apply, scene.Inputs);
        result.Error.Should().BeLessThan(GradCheck.Tolerance, "{0}: {1}", test, result);
    });

    [Theory]
    [MemberData(nameof(Backends))]
    public void Inputs_that_are_used_twice_get_both_gradients(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        GradCheckResult result = GradCheck.Run(scene.Backend, subject.Twice, scene.Inputs);
        result.Error.Should().BeLessThan(2 * GradCheck.Tolerance, "{0}: {1}", test, result);
    });

    [Theory]
    [MemberData(nameof(Backends))]
    public void Gradients_are_added_to_those_that_are_there(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        double[][] once = Gradients(scene, subject);
        foreach (Variable input in scene.Inputs)
        {
            input.ReleaseGrad();
            scene.Backend.Fill(input.GradSum(), 0.75f);
        }

        double[][] added = Gradients(scene, subject);
        for (int i = 0; i < once.Length; i++)
            Compare(added[i], [.. once[i].Select(value => value + 0.75)]).Should().BeNull("input {0} of {1} had a gradient of 0.75", i, test);
    });

    [Theory]
    [MemberData(nameof(Backends))]
    public void Frozen_inputs_get_no_gradient_and_change_nothing_else(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        double[][] all = Gradients(scene, subject);
        for (int frozen = 0; frozen < scene.Inputs.Count && scene.Inputs.Count > 1; frozen++)
        {
            foreach (Variable input in scene.Inputs) input.ReleaseGrad();
            scene.Inputs[frozen].RequiresGrad = false;
            double[][] others = Gradients(scene, subject);
            scene.Inputs[frozen].Grad.Should().BeNull("input {0} of {1} is frozen", frozen, test);
            for (int i = 0; i < all.Length; i++)
                if (i != frozen) Compare(others[i], all[i]).Should().BeNull("only input {0} of {1} is frozen, not {2}", frozen, test, i);
            scene.Inputs[frozen].RequiresGrad = true;
        }
    });

    [Theory]
    [MemberData(nameof(Backends))]
    public void Nothing_is_recorded_when_all_inputs_are_frozen(string backend) => ForEachCase(backend, (test, scene, subject) =>
    {
        foreach (Variable input in scene.Inputs) input.RequiresGrad = false;
        using Tape tape = scene.Tape();
        Variable output = subject.Apply(tape);
        tape.Invoking(it => it.Backward(output)).Should().Throw<InvalidOperationException>("all inputs of {0} are frozen", test).WithMessage("*not recorded*");
    });

    /// <summary>Checks that a call is refused with a message that has these parts.</summary>
    internal static void Refuses(Action<Scene, Tape> call, params string[] parts)
    {
        using IBackend backend = TestBackends.Open("reference");
        using (var scene = new Scene(backend))
        using (Tape tape = scene.Tape())
        {
            string message = FluentActions.Invoking(() => call(scene, tape)).Should().Throw<ArgumentException>().Which.Message;
            foreach (string part in parts) message.Should().Contain(part);
        }

        backend.LiveBytes.Should().Be(0, "a refused call keeps nothing");
    }

    private void ForEachCase(string name, Action<FunctionCase, Scene, Subject> check)
    {
        Cases.Should().NotBeEmpty();
        using IBackend backend = TestBackends.Open(name);
        foreach (FunctionCase test in Cases)
        {
            using (var scene = new Scene(backend)) check(test, scene, test.Setup(scene));
            backend.LiveBytes.Should().Be(0, "{0} gives back what it borrows", test);
        }
    }

    // The gradients of all inputs for an output gradient that differs from element to element.
    private static double[][] Gradients(Scene scene, Subject subject)
    {
        using Tape tape = scene.Tape();
        Variable output = subject.Apply(tape);
        if (subject.IsLoss)
        {
            tape.Backward(output);
        }
        else
        {
            float[] values = [.. Enumerable.Range(0, (int)output.Shape.Count).Select(i => 1 - (0.25f * (i % 7)))];
            using Tensor gradient = Tensor.From(scene.Backend, output.Shape, values);
            tape.Backward(output, gradient);
        }

        return [.. scene.Inputs.Select(input => input.Grad is Tensor gradient ? Plain.Read(gradient) : [])];
    }

    // The first deviation in words, or null.
    private static string? Compare(double[] found, double[] expected)
    {
        if (found.Length != expected.Length) return $"found {found.Length} elements, expected {expected.Length}";
        int wrong = Enumerable.Range(0, found.Length).FirstOrDefault(i => !Close.Accepts(expected[i], found[i]), -1);
        return wrong < 0 ? null : $"element {wrong}: found {found[wrong]:G7}, expected {expected[wrong]:G7}";
    }
}
