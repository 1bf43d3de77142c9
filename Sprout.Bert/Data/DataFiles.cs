// Where the examples of a run are.
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>A folder with official file names, or files named one by one; a named file comes before the folder's.</summary>
/// <param name="Folder">A folder, or null.</param>
/// <param name="TrainFile">The training file, or null.</param>
/// <param name="EvalFile">The evaluation file, or null.</param>
public sealed record DataFiles(string? Folder, string? TrainFile = null, string? EvalFile = null)
{
    /// <summary>How many training examples are needed, the first ones; a task may read the file no further. Null: all.</summary>
    public int? MostTrain { get; init; }

    /// <summary>How many examples of an evaluation set are needed, the first ones; a task may read the file no further. Null: all.</summary>
    public int? MostEval { get; init; }

    /// <summary>The training file: the named one, else the first of <paramref name="names"/> that the folder holds.</summary>
    /// <exception cref="OptionException">Neither a folder nor a training file is given.</exception>
    /// <exception cref="InputException">The folder holds none of the names.</exception>
    public string Train(params ReadOnlySpan<string> names) => TrainFile ?? Find(nameof(TrainFile), names);

    /// <summary>The evaluation file: the named one, else the first of <paramref name="names"/> that the folder holds.</summary>
    /// <exception cref="OptionException">Neither a folder nor an evaluation file is given.</exception>
    /// <exception cref="InputException">The folder holds none of the names.</exception>
    public string Eval(params ReadOnlySpan<string> names) => EvalFile ?? Find(nameof(EvalFile), names);

    private string Find(string option, ReadOnlySpan<string> names)
    {
        if (Folder is null)
            throw OptionException.Of($"There is nothing to read: give {new OptionName("Data")} with a folder, or {new OptionName(option)} with a file.");
        if (!Directory.Exists(Folder)) throw new InputException($"{Folder}: expected a folder, found {(File.Exists(Folder) ? "a file" : "none")}.");
        foreach (string name in names)
        {
            string path = Path.Combine(Folder, name);
            if (Path.Exists(path)) return path;
        }

        throw InputException.Of(
            $"{Folder}: expected {string.Join(" or ", names.ToArray())}, found no such file; name another one with {new OptionName(option)}.");
    }
}
