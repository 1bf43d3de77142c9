using ILGPU;
using ILGPU.Runtime;

namespace Sprout.Tensors.Ilgpu;

/// <summary>
/// Launches kernels. Loading one compiles it, which takes milliseconds, so every kernel with its type arguments is loaded once and the launcher that ILGPU
/// makes for it is kept. One overload a number of arguments, as ILGPU has them.
/// </summary>
internal sealed class Launcher(Accelerator accelerator) : IDisposable
{
    private readonly Dictionary<Delegate, Delegate> loaded = [];

    /// <summary>The stream on which everything happens in order.</summary>
    public AcceleratorStream Stream { get; } = accelerator.CreateStream();

    /// <summary>Launches a kernel of 2 arguments.</summary>
    public void Run<T1, T2>(Action<T1, T2> kernel, KernelConfig config, T1 a, T2 b)
        where T1 : struct where T2 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(Stream, config, a, b);

    /// <summary>Launches a kernel of 3 arguments.</summary>
    public void Run<T1, T2, T3>(Action<T1, T2, T3> kernel, KernelConfig config, T1 a, T2 b, T3 c)
        where T1 : struct where T2 : struct where T3 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(Stream, config, a, b, c);

    /// <summary>Launches a kernel of 4 arguments.</summary>
    public void Run<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(Stream, config, a, b, c, d);

    /// <summary>Launches a kernel of 5 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e);

    /// <summary>Launches a kernel of 6 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f);

    /// <summary>Launches a kernel of 7 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f, g);

    /// <summary>Launches a kernel of 8 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6, T7, T8>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f, g, h);

    /// <summary>Launches a kernel of 9 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, T9 i)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
        where T9 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f, g, h, i);

    /// <summary>Launches a kernel of 10 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, T9 i, T10 j)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
        where T9 : struct where T10 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f, g, h, i, j);

    /// <summary>Launches a kernel of 11 arguments.</summary>
    public void Run<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig config, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, T9 i, T10 j, T11 k)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
        where T9 : struct where T10 : struct where T11 : struct =>
        ((Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>)(Find(kernel) ?? Keep(kernel, accelerator.LoadKernel(kernel))))(
            Stream, config, a, b, c, d, e, f, g, h, i, j, k);

    /// <inheritdoc/>
    public void Dispose() => Stream.Dispose();

    private Delegate? Find(Delegate kernel) => loaded.GetValueOrDefault(kernel);

    private Delegate Keep(Delegate kernel, Delegate launcher) => loaded[kernel] = launcher;
}
