// run.log.
using System.Globalization;
using Sprout.Bert.Training;
using Sprout.Tensors.IO;

namespace Sprout.Pruning.Runs;

/// <summary>
/// What a run said, a line each with its time in UTC: what was understood, notes, where it stood whenever it logged, how it ended. What is said before
/// the folder may be written is kept until then. A file that cannot be written ends no run.
/// </summary>
internal sealed class RunLog : IDisposable
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "run.log";

    private const string Header = "# What a run of Sprout said.";

    private readonly Lock turn = new();
    private readonly List<string> before = [];
    private StreamWriter? writer;
    private bool isOpen;

    /// <summary>Removes a folder's file, if Sprout wrote it.</summary>
    public static void Delete(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (IsOwn(path)) File.Delete(path);
    }

    /// <summary>Begins the file, or goes on with it; one that Sprout did not write, or that is a link, stays as it is.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="resumes">Whether the run is continued.</param>
    /// <param name="note">Told when there will be no file; null: nobody.</param>
    public void Open(string folder, bool resumes, Action<string>? note)
    {
        isOpen = true;
        string path = Path.Combine(folder, FileName);
        bool isNew = !Path.Exists(path) && new FileInfo(path).LinkTarget is null;
        if (!isNew && !IsOwn(path))
        {
            note?.Invoke($"{path} was not written by Sprout and stays as it is: the run has no log.");
            return;
        }

        Try(() =>
        {
            writer = new StreamWriter(path, append: true) { AutoFlush = true };
            if (isNew) writer.WriteLine(Header);
        });
        if (resumes) before.Insert(0, Stamped("Resumed."));
        foreach (string line in before) Append(line);
        before.Clear();
    }

    private static bool IsOwn(string path) =>
        File.Exists(path) && new FileInfo(path).LinkTarget is null && FileKind.Of(path) is null && File.ReadLines(path).FirstOrDefault() == Header;

    /// <summary>Metrics by name, as they stand in a line.</summary>
    public static string Text(IReadOnlyDictionary<string, double> metrics) => string.Join(", ", metrics
        .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:0.######}")));

    /// <summary>Adds a line.</summary>
    public void Write(string line)
    {
        string stamped = Stamped(line);
        lock (turn)
        {
            if (isOpen) Append(stamped);
            else before.Add(stamped);
        }
    }

    /// <summary>Listens to the reports of a run, and passes them on.</summary>
    /// <param name="next">Receives them too; null: nobody does.</param>
    /// <param name="every">Steps between lines.</param>
    public IProgress<TrainerProgress> Listen(IProgress<TrainerProgress>? next, int every) => new Listener(this, next, every);

    /// <inheritdoc/>
    public void Dispose() => Try(() => writer?.Dispose());

    // Names from files cannot break lines.
    private static string Stamped(string line) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}  {line.ReplaceLineEndings(" ")}");

    private void Append(string line) => Try(() => writer?.WriteLine(line));

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A log is not worth a run.
        }
    }

    private sealed class Listener(RunLog log, IProgress<TrainerProgress>? next, int every) : IProgress<TrainerProgress>
    {
        public void Report(TrainerProgress value)
        {
            bool due = value.Step == value.TotalSteps || (value.Stage == TrainerProgress.Training && value.Step % every == 0);
            if (due) log.Write(string.Join(" · ", value.Facts));
            next?.Report(value);
        }
    }
}
