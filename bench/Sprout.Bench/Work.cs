// What a benchmark does, counted, so that its time becomes a rate.
namespace Sprout.Bench;

/// <summary>What bounds a kernel.</summary>
public enum Limit
{
    /// <summary>Floating-point operations: the processor's multiply-add units.</summary>
    MultiplyAdds,

    /// <summary>Bytes to and from memory, each array counted once a pass. What lies in a cache goes above 100 %.</summary>
    Memory,

    /// <summary>Bytes of text; nothing to compare with.</summary>
    Text,
}

/// <summary>The work of one call.</summary>
/// <param name="Amount">Floating-point operations or bytes.</param>
/// <param name="Limit">Which of the two, and what the rate is a share of.</param>
public readonly record struct Work(double Amount, Limit Limit)
{
    /// <summary>Floating-point operations, a multiply-add being two.</summary>
    public static Work Flops(double count) => new(count, Limit.MultiplyAdds);

    /// <summary>Bytes of so many floats read or written.</summary>
    public static Work Floats(double count) => new(count * sizeof(float), Limit.Memory);
}

/// <summary>A class of benchmarks that knows the work of each; only its parameters are set when it is asked.</summary>
public interface ICounted
{
    /// <summary>Processor threads.</summary>
    int Threads { get; }

    /// <summary>The work of a benchmark method.</summary>
    Work WorkOf(string benchmark);
}
