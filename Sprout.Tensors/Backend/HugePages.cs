// Large pages for large buffers, where the operating system offers them.
using System.Runtime.InteropServices;

namespace Sprout.Tensors;

/// <summary>
/// Asks Linux to back memory with 2 MB pages. Kernels walk matrices of many megabytes in strides, and with 4 KB pages the processor looks up addresses as often as it computes.
/// It is advice: without it, or on another system, everything works as before.
/// </summary>
internal static partial class HugePages
{
    /// <summary>Bytes of a large page.</summary>
    public const int Size = 1 << 21;

    // MADV_HUGEPAGE of Linux's mman.h.
    private const int Advice = 14;

    /// <summary>Advises the kernel about memory that starts at a multiple of <see cref="Size"/>.</summary>
    public static void Advise(nint address, long bytes)
    {
        if (OperatingSystem.IsLinux()) _ = MemoryAdvise(address, (nuint)bytes, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nuint length, int advice);
}
