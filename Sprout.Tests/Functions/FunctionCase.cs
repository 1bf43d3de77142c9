// One function with fixed inputs, and what it should compute.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

/// <summary>One function with fixed inputs.</summary>
/// <param name="Label">What is special about it: shapes and options.</param>
/// <param name="Setup">Makes the inputs in a scene, and says how to apply the function to them.</param>
/// <param name="HasDropout">Whether inference gives other values than training.</param>
internal sealed record FunctionCase(string Label, Func<Scene, Subject> Setup, bool HasDropout = false)
{
    public override string ToString() => Label;
}

/// <summary>A function applied to the inputs of a scene.</summary>
/// <param name="Apply">The function, once.</param>
/// <param name="Twice">A loss that needs the function's result for the same inputs twice.</param>
/// <param name="Plain">The same values by the plainest computation in double.</param>
/// <param name="IsLoss">Whether the output is a loss.</param>
internal sealed record Subject(Func<Tape, Variable> Apply, Func<Tape, Variable> Twice, Func<double[]> Plain, bool IsLoss)
{
    /// <summary>A function with an output of its own.</summary>
    public static Subject Of(Func<Tape, Variable> apply, Func<double[]> plain) => new(apply, tape => SumOfTwo(tape, apply), plain, IsLoss: false);

    /// <summary>A function that adds to a loss.</summary>
    public static Subject OfLoss(Action<Tape, Variable> add, Func<double> plain) => new(
        tape => Sum(tape, add, times: 1),
        tape => Sum(tape, add, times: 2),
        () => [plain()],
        IsLoss: true);

    private static Variable Sum(Tape tape, Action<Tape, Variable> add, int times)
    {
        Variable loss = LossFunction.Zero(tape);
        for (int i = 0; i < times; i++) add(tape, loss);
        return loss;
    }

    // Different targets, so that the two gradients differ.
    private static Variable SumOfTwo(Tape tape, Func<Tape, Variable> apply)
    {
        Variable loss = LossFunction.Zero(tape);
        foreach (float target in new[] { 0.5f, -0.25f })
        {
            Variable y = apply(tape);
            Tensor targets = tape.Rent(y.Shape);
            tape.Backend.Fill(targets, target);
            SquaredErrorFunction.Apply(tape, y, targets, 0.1f, loss);
        }

        return loss;
    }
}
