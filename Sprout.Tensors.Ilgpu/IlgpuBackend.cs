// The backend for devices that ILGPU reaches; its kernels are in Kernels, one file a family.
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

/// <summary>
/// The kernel menu in ILGPU. All work is queued on one stream, in order; only downloads wait for it. Memory comes from a pool, which may hand a buffer out
/// again while kernels still use it, because whatever uses it next is queued behind them.
/// </summary>
public sealed partial class IlgpuBackend : IBackend
{
    // Kernels count elements with 32 bits. What lies between this and 2³¹ is for the last step of a loop over them, which leads beyond the end.
    private const int MostElements = 2_000_000_000;

    // Sequences of four floats may be read at once from multiples of this.
    private const int VectorBytes = 16;

    private readonly Accelerator accelerator;
    private readonly IDisposable? owner;
    private readonly Launcher launcher;
    private readonly Staging staging;
    private readonly BufferPool pool;
    private readonly IntTensor nothing;
    private readonly CuBlasProducts? cuBlas;
    private readonly int lanes;

    /// <summary>A backend on an accelerator, which belongs to it from now on.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="name">What opened it: "cuda:0".</param>
    /// <param name="owner">What else ends with the backend: the ILGPU context of the accelerator.</param>
    /// <param name="withCuBlas">Whether NVIDIA's cuBLAS computes the products with weights; the accelerator has to be a <see cref="CudaAccelerator"/>.</param>
    /// <exception cref="NotSupportedException">The device cannot run groups of 128 threads.</exception>
    /// <exception cref="DllNotFoundException">There is no cuBLAS that ILGPU knows.</exception>
    public IlgpuBackend(Accelerator accelerator, string name, IDisposable? owner = null, bool withCuBlas = false)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        if (accelerator.MaxNumThreadsPerGroup < SelectionKernels.MarkLanes)
            throw new NotSupportedException(
                $"{name}: expected groups of {SelectionKernels.MarkLanes} threads or more, found {accelerator.MaxNumThreadsPerGroup}.");
        this.accelerator = accelerator;
        this.owner = owner;
        Name = $"{name} ({accelerator.Name})";
        InstructionSet = name.Split(':')[0];
        lanes = Math.Min(Reduce.MaxLanes, 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)accelerator.MaxNumThreadsPerGroup)));
        launcher = new Launcher(accelerator);
        cuBlas = withCuBlas ? new CuBlasProducts((CudaAccelerator)accelerator, (CudaStream)launcher.Stream) : null;
        staging = new Staging(accelerator, launcher.Stream);
        pool = new BufferPool(Create);
        nothing = IntTensor.From(this, [0]);
        OwnBytes = pool.LiveBytes;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string InstructionSet { get; }

    /// <inheritdoc/>
    public long LiveBytes => pool.LiveBytes - OwnBytes;

    /// <inheritdoc/>
    public long PeakBytes => pool.PeakBytes - OwnBytes;

    private long OwnBytes { get; }

    /// <inheritdoc/>
    public DeviceBuffer Allocate(long bytes) => pool.Rent(bytes);

    /// <inheritdoc/>
    public void Free(DeviceBuffer buffer) => pool.Return(buffer);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (offset < 0 || offset + source.Length > destination.Bytes) throw new ArgumentOutOfRangeException(nameof(offset));
        staging.Upload(source, (IlgpuBuffer)destination, offset);
    }

    /// <inheritdoc/>
    public void Download(DeviceBuffer source, long offset, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (offset < 0 || offset + destination.Length > source.Bytes) throw new ArgumentOutOfRangeException(nameof(offset));
        if (destination.Length > 0) ((IlgpuBuffer)source).View(offset, destination.Length).CopyToCPU(launcher.Stream, destination);
    }

    /// <inheritdoc/>
    public void Synchronize() => launcher.Stream.Synchronize();

    /// <inheritdoc/>
    public void Dispose()
    {
        launcher.Stream.Synchronize();
        nothing.Dispose();
        pool.Dispose();
        staging.Dispose();
        cuBlas?.Dispose();
        launcher.Dispose();
        accelerator.Dispose();
        owner?.Dispose();
    }

    private IlgpuBuffer Create(long bytes)
    {
        try
        {
            return new IlgpuBuffer(accelerator.Allocate1D<byte>(bytes));
        }
        catch (AcceleratorException e)
        {
            throw new InsufficientMemoryException($"{Name}: no room for another {bytes:N0} bytes beside {pool.LiveBytes:N0}: {e.Message}", e);
        }
    }

    /// <summary>A number of elements as kernels take it. Every tensor that a kernel sees is counted so.</summary>
    /// <exception cref="NotSupportedException">It is beyond what kernels count.</exception>
    internal static int CountOf(long elements) =>
        elements <= MostElements ? (int)elements : throw new NotSupportedException(
            $"A GPU kernel counts at most {MostElements:N0} elements, found {elements:N0}.");

    private static int CountOf(Tensor x) => CountOf(x.Count);

    private static ArrayView<float> View(Tensor x) =>
        ((IlgpuBuffer)x.Buffer).View(x.Offset * sizeof(float), Math.Max(CountOf(x), 1) * (long)sizeof(float)).Cast<float>();

    private static ArrayView<int> View(IntTensor x) => ((IlgpuBuffer)x.Buffer).View(0, Math.Max(x.Length, 1) * (long)sizeof(int)).Cast<int>();

    // A kernel's arguments are never missing: a flag beside them says whether they count.
    private ArrayView<float> ViewOrNothing(Tensor? x) => x is null ? View(nothing).Cast<float>() : View(x);

    private ArrayView<int> ViewOrNothing(IntTensor? x) => View(x ?? nothing);

    private static int Flag(bool value) => value ? 1 : 0;

    private static int Flag(object? optional) => optional is null ? 0 : 1;

    private static int Divided(long items, int by) => checked((int)((items + by - 1) / by));

    // Enough threads to fill the device; each takes every so many-th element.
    private KernelConfig Elements(long count) => new(Math.Clamp(Divided(count, lanes), 1, 32 * Math.Max(accelerator.NumMultiprocessors, 1)), lanes);

    // One group a row, with no more threads than there is work for.
    private KernelConfig Rows(int rows, int columns) =>
        new(rows, Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)columns), 32, Math.Min(lanes, 128)));
}
