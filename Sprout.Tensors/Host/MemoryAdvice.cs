// What Linux is told about memory.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Host;

/// <summary>Tells Linux how memory is going to be used. It is advice: without it, or on another system, everything works as before.</summary>
internal static partial class MemoryAdvice
{
    /// <summary>Bytes of a large page.</summary>
    public const int HugePage = 1 << 21;

    // MADV_DONTNEED and MADV_HUGEPAGE of Linux's mman.h.
    private const int DontNeed = 4, Huge = 14;

    /// <summary>
    /// Asks for 2 MB pages: kernels walk matrices of many megabytes in strides, and with 4 KB pages the processor looks up addresses as often as it computes.
    /// </summary>
    /// <param name="address">A multiple of <see cref="HugePage"/>.</param>
    /// <param name="bytes">Length of the memory.</param>
    public static void UseHugePages(nint address, long bytes)
    {
        if (OperatingSystem.IsLinux()) _ = MemoryAdvise(address, (nuint)bytes, Huge);
    }

    /// <summary>Takes a part of a file mapped for reading out of the process's resident memory; the next access brings it back.</summary>
    /// <param name="address">Any address in the map; the whole page it lies on goes.</param>
    /// <param name="bytes">Length of the part.</param>
    public static void Release(nint address, long bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        nint start = address & ~(nint)(Environment.SystemPageSize - 1);
        _ = MemoryAdvise(start, (nuint)(address - start + bytes), DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nuint length, int advice);
}
