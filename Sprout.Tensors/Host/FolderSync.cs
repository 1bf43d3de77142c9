// What Unix is told so that renames last.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Host;

/// <summary>Flushes a folder to disk, so that the names in it survive a loss of power. Windows keeps them without being asked.</summary>
internal static partial class FolderSync
{
    /// <summary>Flushes a folder; where the file system cannot, the names are as safe as it makes them.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        // 0 is O_RDONLY everywhere; .NET opens no folders.
        int descriptor = Open(folder, 0);
        if (descriptor < 0) return;
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
