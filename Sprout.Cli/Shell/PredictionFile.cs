// The file of --predictions.
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Shell;

/// <summary>
/// One JSON line an example, written at the end. It replaces predictions, and no other file: neither one that is there nor one that the run is going to write.
/// </summary>
internal sealed class PredictionFile
{
    // How every line of predictions begins, and what it has: of classes and scores, and of answers.
    private static readonly (string Begin, string Has)[] Lines = [("{\"index\":", "\"prediction\":"), ("{\"id\":", "\"start\":")];

    // Bytes of the first line that are looked at.
    private const int MostOfLine = 1 << 16;

    private readonly string path;
    private readonly StringBuilder lines = new();

    private PredictionFile(string path) => this.path = path;

    /// <summary>Receives the predictions.</summary>
    public Action<JsonObject> Add => json => lines.Append(Terminal.Compact(json)).Append('\n');

    /// <summary>Checks, before anything is computed, that predictions may be written.</summary>
    /// <param name="path">The file; null: none.</param>
    /// <param name="recipe">What is read.</param>
    /// <param name="output">The folder that a run is going to write; null: none.</param>
    /// <returns>Where predictions go; null: nowhere.</returns>
    /// <exception cref="OptionException">The file is something other than predictions, or is read or written otherwise.</exception>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static PredictionFile? Of(string? path, Recipe recipe, string? output)
    {
        if (path is null) return null;
        string full = Path.GetFullPath(path);
        (string Option, string? Path)[] read =
        [
            ("--eval-file", recipe.Task.EvalFile), ("--config", recipe.Task.Config), ("--vocab", recipe.Task.Vocab),
            ("--init-scores", recipe.Pruning.InitScores), .. recipe.Task.TrainFile.Select(file => ("--train-file", (string?)file)),
        ];
        foreach ((string option, string? other) in read)
        {
            if (other is not null && full == Path.GetFullPath(other))
                throw new OptionException($"--predictions would replace {path}, which {option} reads; give another file.");
        }

        if (recipe.Task.Data is string data && Path.GetDirectoryName(full) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(data)) && IsOfData(full))
            throw new OptionException($"--predictions: {path} is the name of a file that --data is searched for; give another file.");
        foreach (string? folder in (string?[])[output, recipe.Task.Model, recipe.Task.Teacher])
        {
            if (folder is not null && !Directory.Exists(full) && RunFolder.Holds(folder, full))
                throw new OptionException($"--predictions: {path} is the name of a file of the model or run in {folder}; give another file.");
        }

        RequirePredictions(path);
        // The folder of a run is made later, and checked by the run.
        if (output is null || Path.GetDirectoryName(full) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(output))) AtomicFile.RequireWritable(path);
        return new PredictionFile(path);
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="OptionException">Meanwhile something other than predictions has got its name.</exception>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Write()
    {
        RequirePredictions(path);
        AtomicFile.WriteText(path, lines.ToString());
    }

    private static bool IsOfData(string path) => Path.GetFileNameWithoutExtension(path) is "train" or "dev" or "validation" or "test";

    private static void RequirePredictions(string path)
    {
        if (!HoldsOthers(path)) return;
        throw new OptionException(
            $"--predictions would replace {path}, whose first line is no prediction (expected {Lines[0].Begin}… or {Lines[1].Begin}…); give another file.");
    }

    // What is no regular file is refused by whoever writes.
    private static bool HoldsOthers(string path)
    {
        if (!File.Exists(path) || AtomicFile.KindOf(path) is not null) return false;
        byte[] begun = new byte[MostOfLine];
        try
        {
            using FileStream stream = File.OpenRead(path);
            string text = Encoding.UTF8.GetString(begun, 0, stream.ReadAtLeast(begun, begun.Length, throwOnEndOfStream: false));
            string line = text.Split('\n')[0];
            return text.Length > 0 && !Lines.Any(known =>
                line.StartsWith(known.Begin, StringComparison.Ordinal) && line.Contains(known.Has, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}, which --predictions would replace: {e.Message}", e);
        }
    }
}
