using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Conformance;

/// <summary>One call of one kernel with fixed inputs, which any backend can execute.</summary>
/// <param name="kernel">The kernel's name in <see cref="IBackend"/>.</param>
/// <param name="label">What is special about the inputs: shapes and options.</param>
/// <param name="call">Makes the inputs and calls the kernel.</param>
internal sealed class KernelCase(string kernel, string label, Action<KernelRun> call)
{
    private readonly Lazy<KernelOutcome> expected = new(() =>
    {
        using var reference = new ReferenceBackend();
        return Execute(reference, call);
    });

    public string Kernel => kernel;

    public override string ToString() => $"{kernel} {label}";

    /// <summary>What the kernel does on a backend.</summary>
    public KernelOutcome Execute(IBackend backend) => Execute(backend, call);

    /// <summary>What is wrong with the kernel on a backend, one line a fault.</summary>
    public IEnumerable<string> Faults(IBackend backend)
    {
        KernelOutcome outcome = Execute(backend, call);
        IEnumerable<string> wrong = outcome.Outputs.Zip(expected.Value.Outputs, (found, wanted) => found.DifferenceFrom(wanted)).OfType<string>();
        return outcome.Violations.Concat(wrong).Select(fault => $"{this}: {fault}");
    }

    private static KernelOutcome Execute(IBackend backend, Action<KernelRun> call)
    {
        using var run = new KernelRun(backend);
        call(run);
        return run.Finish();
    }
}

/// <summary>The content of all destinations after a call, and what was written that should not have been.</summary>
internal sealed record KernelOutcome(IReadOnlyList<KernelOutput> Outputs, IReadOnlyList<string> Violations)
{
    /// <summary>Whether another outcome has the same bits everywhere.</summary>
    public bool HasBitsOf(KernelOutcome other) => Outputs.Zip(other.Outputs).All(pair => pair.First.HasBitsOf(pair.Second));
}

/// <summary>One destination after a call; floats and integers both fit a double exactly.</summary>
internal sealed record KernelOutput(string Name, double[] Values, Tolerance Tolerance)
{
    /// <summary>The worst deviation in words, or null when all values are close enough.</summary>
    public string? DifferenceFrom(KernelOutput expected)
    {
        int[] wrong = [.. Enumerable.Range(0, Values.Length).Where(i => !expected.Tolerance.Accepts(expected.Values[i], Values[i]))];
        if (wrong.Length == 0) return null;
        int worst = wrong.MaxBy(i => double.IsNaN(Values[i]) ? double.PositiveInfinity : Math.Abs(Values[i] - expected.Values[i]));
        return $"{Name}[{worst}] expected {expected.Values[worst]:G9}, found {Values[worst]:G9} ({wrong.Length} of {Values.Length} differ)";
    }

    /// <summary>Whether another output has the same bits.</summary>
    public bool HasBitsOf(KernelOutput other) =>
        Values.AsSpan().SequenceEqual(
            other.Values, EqualityComparer<double>.Create((a, b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b)));
}
