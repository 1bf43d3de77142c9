// One run a folder.
using System.Globalization;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning.Runs;

/// <summary>Holds a run's folder for as long as the run lasts. The system lets go of it when the process ends, however it ends.</summary>
public sealed class RunLock : IDisposable
{
    /// <summary>The name of the file that is locked.</summary>
    public const string FileName = ".sprout-lock";

    /// <summary>The name of the file that says who locked it: a locked file cannot be read.</summary>
    public const string HolderFile = ".sprout-run";

    private readonly FileStream stream;
    private int released;

    private RunLock(FileStream stream)
    {
        this.stream = stream;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>Takes a folder, which is made where there is none.</summary>
    /// <exception cref="InputException">Another run holds it, or it cannot be written.</exception>
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(folder);
            if (new FileInfo(path).LinkTarget is not null) throw new IOException($"{FileName} is a link.");
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // The run before deleted it between opening and locking: what is locked is no longer in the folder.
            if (!File.Exists(path))
            {
                stream.Dispose();
                return Take(folder);
            }

            AtomicFile.WriteText(Path.Combine(folder, HolderFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new RunLock(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            stream?.Dispose();
            throw stream is null && e is IOException && HolderOf(Path.Combine(folder, HolderFile)) is string holder
                ? new InputException($"{folder}: expected a folder that no run is writing into, found the run of process {holder}.", e)
                : new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }
    }

    /// <summary>Lets go of the folder.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        if (Interlocked.Exchange(ref released, 1) == 1) return;
        try
        {
            // While it is held: a file that another run has taken is not deleted.
            File.Delete(Path.Combine(Path.GetDirectoryName(stream.Name)!, HolderFile));
            File.Delete(stream.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Files that nobody has locked hold up no run.
        }

        stream.Dispose();
    }

    // A process that ends without an exception, as on Ctrl+C while it loads, leaves nothing either.
    private void OnExit(object? sender, EventArgs e) => Dispose();

    private static string? HolderOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
