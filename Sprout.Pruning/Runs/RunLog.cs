// run.log.
using System.Globalization;
using Sprout.Bert.Training;

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
        if (File.Exists(path) && File.ReadLines(path).FirstOrDefault() == Header) File.Delete(path);
    }

    /// <summary>Begins the file, or goes on with it.</summary>
    public void Open(string folder, bool resumes)
    {
        isOpen = true;
        Try(() =>
        {
            string path = Path.Combine(folder, FileName);
            bool isNew = !File.Exists(path);
            writer = new StreamWriter(path, append: true) { AutoFlush = true };
            if (isNew) writer.WriteLine(Header);
        });
        if (resumes) before.Insert(0, Stamped("Resumed."));
        foreach (string line in before) Append(line);
        before.Clear();
    }

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
