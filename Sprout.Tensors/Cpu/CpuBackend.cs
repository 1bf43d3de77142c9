// The processor backend: one class, compiled by the JIT once for each vector width.
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Selection;
using Sprout.Tensors.Cpu.Sparse;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Host;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

/// <summary>Opens the processor backend.</summary>
public static class CpuBackend
{
    /// <summary>A backend on this many threads, with the widest instruction set or the one that <see cref="InstructionSets.Variable"/> forces.</summary>
    public static IBackend Open(int threads) => Open(threads, InstructionSets.Choose());

    /// <summary>A backend on this many threads with the given instruction set.</summary>
    /// <exception cref="OptionException">The processor lacks the instruction set.</exception>
    public static IBackend Open(int threads, InstructionSet set)
    {
        if (!InstructionSets.IsSupported(set)) throw new OptionException($"{nameof(InstructionSet)}: {InstructionSets.WhyNot(set)}");
        return set switch
        {
            InstructionSet.Avx512 => new CpuBackend<V512>(threads, set),
            InstructionSet.Avx2 => new CpuBackend<V256>(threads, set),
            _ => new CpuBackend<V128>(threads, set),
        };
    }
}

/// <summary>
/// Kernels on <typeparamref name="V"/> registers and the backend's own worker threads. Work is cut into pieces whose size depends on the shapes alone,
/// and sums over pieces run in a fixed order, so the bits are the same for every number of threads.
/// </summary>
internal sealed unsafe partial class CpuBackend<V> : HostBackend, IBackend
    where V : struct, IVector<V>
{
    private readonly Workers workers;
    private readonly Gemm<V> gemm;
    private readonly SparsePacking<V> sparse;
    private readonly Selector<V> selector;

    public CpuBackend(int threads, InstructionSet set)
    {
        workers = new Workers(threads);
        gemm = new Gemm<V>(this, workers);
        sparse = new SparsePacking<V>(this, workers);
        selector = new Selector<V>(this, workers);
        Threads = threads;
        InstructionSet = set.ToString().ToLowerInvariant();
        Name = $"cpu ({InstructionSets.NameOf(set)}, {threads} thread{(threads == 1 ? "" : "s")})";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string InstructionSet { get; }

    private int Threads { get; }

    /// <inheritdoc/>
    protected override void Close() => workers.Dispose();

    private static float* PointerOf(Tensor? tensor) => tensor is null ? null : tensor.Pointer;
}
