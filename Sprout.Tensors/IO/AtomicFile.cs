// Files appear whole or not at all.
using Sprout.Tensors.Host;

namespace Sprout.Tensors.IO;

/// <summary>Writes a file under a temporary name in the same folder, flushes it to disk and renames it over the target.</summary>
public static class AtomicFile
{
    private const string TemporaryEnding = ".tmp";

    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; on any failure the old file, if any, is untouched.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the bytes.</param>
    /// <param name="accept">Receives the temporary name of the whole file, and throws if it shall not appear; null: it shall.</param>
    /// <exception cref="InputException">The folder cannot be written: full, read-only or missing.</exception>
    public static void Write(string path, Action<Stream> write, Action<string>? accept = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path), temporary = TemporaryName.Beside(full, TemporaryEnding);
        try
        {
            using (FileStream stream = Create(temporary))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (accept is not null)
            {
                // Held, so that no other writer of this file takes it for one that a killed process left.
                using var held = new FileStream(temporary, FileMode.Open, FileAccess.Read, FileShare.Read);
                accept(temporary);
            }

            File.Move(temporary, full, overwrite: true);
            FolderSync.Flush(Path.GetDirectoryName(full)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write {full}: {e.Message}", e);
        }
        finally
        {
            DeleteQuietly(temporary);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void WriteText(string path, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>What a path leads to, links followed: "a pipe", "a device", "a socket", "a folder"; null: a regular file, or nothing.</summary>
    public static string? KindOf(string path) => FileKind.Of(path);

    /// <summary>
    /// Checks that a file can be written, long before there is something to write; an old file is untouched. What a writer of the same file that was killed
    /// left behind is removed.
    /// </summary>
    /// <exception cref="InputException">Its folder is missing or cannot be written, there is a folder of that name, or it is a device.</exception>
    public static void RequireWritable(string path)
    {
        string full = Path.GetFullPath(path), temporary = TemporaryName.Beside(full, TemporaryEnding);
        SweepBeside(full);
        // A file that is renamed over a device takes it away from all programs.
        if (!OperatingSystem.IsWindows() && Path.GetDirectoryName(full) == "/dev")
            throw new InputException($"Cannot write {full}: expected a file, found a device.");
        if (FileKind.Of(full) is string kind) throw new InputException($"Cannot write {full}: expected a file, found {kind}.");
        try
        {
            Create(temporary).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write {full}: {e.Message}", e);
        }
        finally
        {
            DeleteQuietly(temporary);
        }
    }

    /// <summary>Whether a file is one that a writer has not finished.</summary>
    public static bool IsUnfinished(string path) => TemporaryName.TargetOf(path, TemporaryEnding) is not null;

    /// <summary>Removes what writers that were killed left in a folder.</summary>
    public static void Sweep(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder).Where(IsUnfinished).ToList()) DeleteQuietly(path);
    }

    private static void SweepBeside(string target)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, "*" + TemporaryEnding).ToList())
            {
                // A writer lets go of its file just before it renames it.
                bool isOld = DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromMinutes(1);
                if (isOld && TemporaryName.TargetOf(path, TemporaryEnding) == target && new FileInfo(path).LinkTarget is null) DeleteUnheld(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be swept is in nobody's way.
        }
    }

    // A writer that lives holds its file locked.
    private static void DeleteUnheld(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) DeleteQuietly(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is held.
        }
    }

    // CreateNew opens nothing that is there already, and follows no link.
    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);

    private static void DeleteQuietly(string path)
    {
        try
        {
            if (File.Exists(path)) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one worth reporting.
        }
    }
}
