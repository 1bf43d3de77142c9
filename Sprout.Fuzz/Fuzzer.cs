// Feeds damaged files to readers.
using System.Diagnostics;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Fuzz;

/// <summary>An input that was neither read nor refused as it should be.</summary>
/// <param name="Kind">The kind of input.</param>
/// <param name="Number">Its number; with the seed it makes the same input again.</param>
/// <param name="What">What happened.</param>
/// <param name="Folder">Where the input lies now, with the files beside it.</param>
internal sealed record Failure(string Kind, ulong Number, string What, string Folder);

/// <summary>What became of the inputs of one kind.</summary>
internal sealed class Tally
{
    /// <summary>Inputs that were read.</summary>
    public long Accepted { get; set; }

    /// <summary>Inputs that were refused in a sentence.</summary>
    public long Refused { get; set; }

    /// <summary>All others; of those that fail alike only the first is kept.</summary>
    public long Failed { get; set; }

    /// <summary>Time that all took.</summary>
    public double Seconds { get; set; }

    /// <summary>The first of each way to fail.</summary>
    public List<Failure> Failures { get; } = [];

    /// <summary>How many inputs there were.</summary>
    public long Inputs => Accepted + Refused + Failed;
}

/// <summary>
/// Makes inputs and reads each: a sentence of an input or option error is right, and so is a result. Every other exception, a result that is wrong, more memory
/// than <see cref="MostBytes"/>, and more time than <see cref="LongestSeconds"/> are failures.
/// </summary>
internal sealed class Fuzzer : IDisposable
{
    /// <summary>Longest time of one input before it counts as hanging.</summary>
    public const int LongestSeconds = 20;

    private readonly ulong seed;
    private readonly string failures, work;
    private readonly Action<Failure> hangs;
    private readonly Dictionary<string, (Tally Tally, ulong Next)> tallies = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly Timer watch;
    private readonly Lock gate = new();
    private (InputKind Kind, ulong Number, byte[] Bytes, long Since)? current;

    /// <summary>A fuzzer that keeps its failures in a folder.</summary>
    /// <param name="seed">Decides all inputs.</param>
    /// <param name="failures">Receives a folder for each failure; made when there is one.</param>
    /// <param name="hangs">Told, on another thread, of an input that does not end.</param>
    public Fuzzer(ulong seed, string failures, Action<Failure> hangs)
    {
        (this.seed, this.failures, this.hangs) = (seed, failures, hangs);
        const string inMemory = "/dev/shm";
        work = Directory.Exists(inMemory)
            ? Directory.CreateDirectory(Path.Combine(inMemory, $"sprout-fuzz-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("sprout-fuzz-").FullName;
        watch = new Timer(_ => Watch(), null, 1000, 1000);
    }

    /// <summary>Bytes that reading an input may allocate: buffers of a fixed size, and a multiple of the input's.</summary>
    public static long MostBytes(long input) => (16L << 20) + (400 * input);

    /// <summary>Reads inputs of a kind for a while; a later call goes on with the next ones.</summary>
    /// <returns>What has become of them, earlier calls' too.</returns>
    public Tally Run(InputKind kind, TimeSpan time, CancellationToken cancellation = default)
    {
        (Tally tally, ulong next) = tallies.TryGetValue(kind.Name, out (Tally, ulong) before) ? before : (new Tally(), 0);
        string folder = Prepare(kind, Path.Combine(work, kind.Name));
        ulong stream = StreamOf(kind.Name);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time && !cancellation.IsCancellationRequested)
        {
            byte[] bytes = new Mutator(new RandomStream(seed ^ (next * 0x9E3779B97F4A7C15), stream)).Mutate(kind);
            if (Read(kind, folder, next, bytes, tally) is string what) Keep(kind, next, bytes, what, tally);
            next++;
        }

        tally.Seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        tallies[kind.Name] = (tally, next);
        return tally;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        watch.Dispose();
        Directory.Delete(work, recursive: true);
    }

    // FNV-1a, so that a kind's inputs do not depend on the others.
    private static ulong StreamOf(string name) => name.Aggregate(14695981039346656037UL, (hash, c) => (hash ^ c) * 1099511628211UL);

    private static string Prepare(InputKind kind, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] content) in kind.Beside) File.WriteAllBytes(Path.Combine(folder, name), content);
        return folder;
    }

    // What went wrong; null when nothing did.
    private string? Read(InputKind kind, string folder, ulong number, byte[] bytes, Tally tally)
    {
        string path = Path.Combine(folder, kind.FileName);
        File.WriteAllBytes(path, bytes);
        lock (gate) current = (kind, number, bytes, Stopwatch.GetTimestamp());
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            kind.Read(path, bytes);
            tally.Accepted++;
        }
        catch (UserException e)
        {
            if (string.IsNullOrWhiteSpace(e.Message) || e.Message.Contains('\n')) return $"a message that is no sentence: {e.Message}";
            tally.Refused++;
        }
#pragma warning disable CA1031 // Every exception is what this looks for.
        catch (Exception e)
        {
            tally.Failed++;
            return e.ToString();
        }
#pragma warning restore CA1031
        finally
        {
            lock (gate) current = null;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > MostBytes(bytes.Length) ? $"allocated {allocated} bytes for an input of {bytes.Length}" : null;
    }

    private void Keep(InputKind kind, ulong number, byte[] bytes, string what, Tally tally)
    {
        // Failures are alike when they come from the same place.
        string place = string.Join('\n', what.Split('\n').Where(line => line.Contains(" at ", StringComparison.Ordinal)).Take(4));
        if (!known.Add(kind.Name + (place.Length > 0 ? place : what[..Math.Min(10, what.Length)]))) return;
        tally.Failures.Add(Written(kind, number, bytes, what));
    }

    private Failure Written(InputKind kind, ulong number, byte[] bytes, string what)
    {
        string folder = Prepare(kind, Path.Combine(failures, $"{kind.Name}-{number}"));
        File.WriteAllBytes(Path.Combine(folder, kind.FileName), bytes);
        return new Failure(kind.Name, number, what, folder);
    }

    private void Watch()
    {
        lock (gate)
        {
            if (current is not var (kind, number, bytes, since) || Stopwatch.GetElapsedTime(since).TotalSeconds < LongestSeconds) return;
            current = null;
            hangs(Written(kind, number, bytes, $"no end within {LongestSeconds} seconds"));
        }
    }
}
