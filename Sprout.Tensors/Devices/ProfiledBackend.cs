using System.Diagnostics;

namespace Sprout.Tensors.Devices;

/// <summary>
/// Passes every call on to another backend and adds up, for each kernel, its time, its arithmetic and the memory that it touches. Tensors must be rented from
/// this backend, not from the inner one. It waits for the device after every call, so that the time from call to return is the kernel's.
/// </summary>
public sealed partial class ProfiledBackend : IBackend
{
    private readonly IBackend inner;
    private readonly Dictionary<string, OperationTime> times = new(StringComparer.Ordinal);
    private long started = Stopwatch.GetTimestamp(), ended = Stopwatch.GetTimestamp(), callStarted;
    private Cost call;

    /// <summary>Measures a backend, which belongs to this one from now on.</summary>
    public ProfiledBackend(IBackend inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        this.inner = inner;
    }

    /// <summary>What was measured, the most expensive first.</summary>
    public IReadOnlyList<OperationTime> Times => [.. times.Values.OrderByDescending(time => time.Seconds)];

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public string InstructionSet => inner.InstructionSet;

    /// <inheritdoc/>
    public long LiveBytes => inner.LiveBytes;

    /// <inheritdoc/>
    public long PeakBytes => inner.PeakBytes;

    /// <summary>The time from the start of the measurement to the end of the latest call.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started, ended);

    /// <summary>Forgets what was measured.</summary>
    public void Restart()
    {
        times.Clear();
        started = ended = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public DeviceBuffer Allocate(long bytes) => inner.Allocate(bytes);

    /// <inheritdoc/>
    public void Free(DeviceBuffer buffer) => inner.Free(buffer);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset)
    {
        Begin(Cost.Upload(source.Length));
        inner.Upload(source, destination, offset);
        End();
    }

    /// <inheritdoc/>
    public void Download(DeviceBuffer source, long offset, Span<byte> destination)
    {
        Begin(Cost.Download(destination.Length));
        inner.Download(source, offset, destination);
        End();
    }

    /// <inheritdoc/>
    public void Synchronize() => inner.Synchronize();

    /// <inheritdoc/>
    public DevicePeak MeasurePeak() => inner.MeasurePeak();

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    // A call starts, of which the cost is known.
    private void Begin(Cost cost)
    {
        call = cost;
        callStarted = Stopwatch.GetTimestamp();
    }

    // It ends when the device has done it; some memory may have shown only now.
    private void End(double moreBytes = 0)
    {
        inner.Synchronize();
        ended = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(callStarted, ended).TotalSeconds;
        if (!times.TryGetValue(call.Name, out OperationTime? time)) times[call.Name] = time = new OperationTime(call.Name);
        time.Add(seconds, call.Flops, call.Bytes + moreBytes);
    }
}
