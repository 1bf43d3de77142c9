// What Linux is told about memory.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Host;

/// <summary>Tells Linux how memory is going to be used. It is advice: without it, or on another system, everything works as before.</summary>
internal static partial class MemoryAdvice
{
    /// <summary>Bytes of a large page.</summary>
    public const int HugePage = 1 << 21;

    // MADV_HUGEPAGE of Linux's mman.h.
    private const int Huge = 14;

    /// <summary>
    /// Asks for 2 MB pages: kernels walk matrices of many megabytes in strides, and with 4 KB pages the processor looks up addresses as often as it computes.
    /// </summary>
    /// <param name="address">A multiple of <see cref="HugePage"/>.</param>
    /// <param name="bytes">Length of the memory.</param>
    public static void UseHugePages(nint address, long bytes)
    {
        if (OperatingSystem.IsLinux()) _ = MemoryAdvise(address, (nuint)bytes, Huge);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nuint length, int advice);
}
