// Files appear whole or not at all.
namespace Sprout.Tensors.IO;

/// <summary>Writes a file under a temporary name in the same folder, flushes it to disk and renames it over the target.</summary>
public static class AtomicFile
{
    private const string TemporaryEnding = ".tmp";

    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; on any failure the old file, if any, is untouched.</summary>
    /// <exception cref="InputException">The folder cannot be written: full, read-only or missing.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
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

    /// <summary>Removes what writers that were killed left in a folder.</summary>
    public static void Sweep(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*" + TemporaryEnding).ToList())
        {
            // The name of the file, 32 digits, the ending.
            string[] parts = Path.GetFileName(path).Split('.');
            if (parts.Length > 2 && Guid.TryParseExact(parts[^2], "N", out _)) DeleteQuietly(path);
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            if (File.Exists(path)) File.Delete(path);
        }
        catch (IOException)
        {
            // The first error is the one worth reporting.
        }
    }
}
