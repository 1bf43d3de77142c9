// Where a model is exported to.
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Sources;

/// <summary>The folder that a model is exported to.</summary>
public static class OutputFolder
{
    /// <summary>Writes a folder through <paramref name="write"/>. With a condition it appears whole or not at all, and an empty one is left as it is.</summary>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="write">Writes the files into the folder that it is given.</param>
    /// <param name="accept">Receives the folder's temporary name when it is whole, and throws if it shall not appear; null: it is written in its place.</param>
    /// <exception cref="InputException">It cannot be created or read, or is a file.</exception>
    /// <exception cref="OptionException">It is not empty.</exception>
    public static void Write(string folder, Action<string> write, Action<string>? accept)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (accept is null)
        {
            write(folder);
            return;
        }

        RequireFree(folder);
        Reach(folder, () =>
        {
            // A link stays one, and its temporary neighbour is on the same disk.
            string? target = Directory.Exists(folder) ? Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName : null;
            AtomicFolder.Write(Path.TrimEndingDirectorySeparator(target ?? folder), partial =>
            {
                write(partial);
                accept(partial);
                // Measuring takes its time: what came into the folder meanwhile stays.
                RequireFree(folder);
            });
            return folder;
        });
    }

    /// <summary>Creates a folder unless it is there and empty.</summary>
    /// <exception cref="InputException">It cannot be created or read, or is a file.</exception>
    /// <exception cref="OptionException">It is not empty.</exception>
    public static void RequireEmpty(string folder)
    {
        RequireFree(folder);
        Reach(folder, () => Directory.CreateDirectory(folder));
    }

    // Creates nothing.
    private static void RequireFree(string folder)
    {
        OptionName output = new("Output");
        if (File.Exists(folder)) throw InputException.Of($"{folder}: expected a folder for {output}, found a file.");
        bool isFull = Reach(folder, () => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());
        if (isFull) throw OptionException.Of($"{output}: {folder} is not empty; give another folder.");
    }

    private static T Reach<T>(string folder, Func<T> reach)
    {
        try
        {
            return reach();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }
    }
}
