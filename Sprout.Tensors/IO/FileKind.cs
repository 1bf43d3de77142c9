// What a path leads to, asked before it is opened: opening a pipe waits for its writer, and a device has no end.
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sprout.Tensors.IO;

/// <summary>Tells regular files from pipes and devices. Only Linux is asked; where it does not say, and elsewhere, a path passes for a regular file.</summary>
internal static unsafe partial class FileKind
{
    /// <summary>What a pipe is called.</summary>
    public const string Pipe = "a pipe";

    /// <summary>What a socket is called.</summary>
    public const string Socket = "a socket";

    // Linux's stat.h and statx(2): AT_FDCWD, STATX_TYPE, S_IFMT, and where stx_mode lies.
    private const int WorkingFolder = -100, TypeOnly = 1, TypeBits = 0xF000, ModeOffset = 28, StatxLength = 256;

    /// <summary>Checks that a path is no pipe, device, socket or folder. What is not there, or may not be seen, is left to whoever opens it.</summary>
    /// <exception cref="InputException">It is one.</exception>
    public static void RequireRegular(string path)
    {
        if (Of(path) is string kind) throw new InputException($"{path}: expected a regular file, found {kind}.");
    }

    /// <summary>What a path leads to, links followed: "a pipe", "a device", "a socket", "a folder"; null: a regular file, or nothing.</summary>
    public static string? Of(string path)
    {
        if (Directory.Exists(path)) return "a folder";
        return (ModeOf(path) & TypeBits) switch
        {
            0x1000 => Pipe,
            0x2000 or 0x6000 => "a device",
            0xC000 => Socket,
            _ => null,
        };
    }

    private static int ModeOf(string path)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        byte* status = stackalloc byte[StatxLength];
        try
        {
            if (Statx(WorkingFolder, path, 0, TypeOnly, status) != 0) return 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library before 2018.
            return 0;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort)));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
