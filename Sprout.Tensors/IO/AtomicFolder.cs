// Folders appear and disappear whole or not at all.
using Sprout.Tensors.Host;

namespace Sprout.Tensors.IO;

/// <summary>
/// Writes a folder under a temporary name beside its target and renames it. An old one is renamed aside and deleted when the new one is there.
/// </summary>
public static class AtomicFolder
{
    private const string Partial = ".partial", Replaced = ".replaced", Removed = ".removed";

    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; on any failure the old folder, if any, is where it was.</summary>
    /// <param name="path">The target. Folders above it are made.</param>
    /// <param name="write">Writes the files into the folder that it is given, with <see cref="AtomicFile"/>, which flushes them.</param>
    /// <exception cref="IOException">A folder cannot be made or renamed; <see cref="UnauthorizedAccessException"/> likewise.</exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path), partial = TemporaryName.Beside(full, Partial), aside = TemporaryName.Beside(full, Replaced);
        try
        {
            Directory.CreateDirectory(partial);
            write(partial);
            bool replaces = Directory.Exists(full);
            if (replaces) Directory.Move(full, aside);
            try
            {
                Directory.Move(partial, full);
            }
            catch when (replaces)
            {
                Directory.Move(aside, full);
                throw;
            }

            FlushParent(full);
        }
        finally
        {
            DeleteQuietly(partial);
            // It is here only when the new one is.
            if (Directory.Exists(full)) DeleteQuietly(aside);
        }
    }

    /// <summary>Deletes a folder. It is renamed first, so that a process that is killed meanwhile leaves no half of it under its name.</summary>
    /// <remarks>What cannot be deleted is left to a sweep.</remarks>
    /// <exception cref="IOException">It cannot be renamed; <see cref="UnauthorizedAccessException"/> likewise.</exception>
    public static void Delete(string path)
    {
        string full = Path.GetFullPath(path), removed = TemporaryName.Beside(full, Removed);
        Directory.Move(full, removed);
        FlushParent(full);
        DeleteQuietly(removed);
    }

    /// <summary>Removes what killed processes left in a folder, and brings back what they had renamed aside and not yet replaced.</summary>
    /// <exception cref="IOException">A folder cannot be renamed; <see cref="UnauthorizedAccessException"/> likewise.</exception>
    public static void Sweep(string folder)
    {
        foreach (string path in Directory.EnumerateDirectories(folder).ToList())
        {
            if (TemporaryName.TargetOf(path, Replaced) is string target)
            {
                if (Directory.Exists(target)) DeleteQuietly(path);
                else Directory.Move(path, target);
            }
            else if (TemporaryName.TargetOf(path, Partial) is not null || TemporaryName.TargetOf(path, Removed) is not null)
            {
                DeleteQuietly(path);
            }
        }
    }

    private static void FlushParent(string full) => FolderSync.Flush(Path.GetDirectoryName(full)!);

    private static void DeleteQuietly(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sweep takes what is left.
        }
    }
}
