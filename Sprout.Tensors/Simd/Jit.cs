using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Simd;

/// <summary>Compilation of the methods that hold a kernel's loop.</summary>
internal static class Jit
{
    /// <summary>
    /// At once with all optimisations, and by itself: inlined into a dispatcher, which the JIT likes to do later, a kernel uses up the inlining budget,
    /// and then every register operation becomes a call (measured: 8 times slower).
    /// </summary>
    public const MethodImplOptions Kernel = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
