// Where a model is exported to.
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>The folder that a model is exported to.</summary>
public static class OutputFolder
{
    /// <summary>Creates a folder unless it is there and empty.</summary>
    /// <exception cref="InputException">It cannot be created or read, or is a file.</exception>
    /// <exception cref="OptionException">It is not empty.</exception>
    public static void RequireEmpty(string folder)
    {
        OptionName output = new("Output");
        try
        {
            if (File.Exists(folder)) throw InputException.Of($"{folder}: expected a folder for {output}, found a file.");
            Directory.CreateDirectory(folder);
            if (Directory.EnumerateFileSystemEntries(folder).Any()) throw OptionException.Of($"{output}: {folder} is not empty; give another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }
    }
}
