// Device names and what opens them.
using Sprout.Tensors.Cpu;

namespace Sprout.Tensors.Devices;

/// <summary>What a device is opened with.</summary>
/// <param name="Index">Which one of its kind, from 0.</param>
/// <param name="Threads">Host threads that it may use, at least 1.</param>
/// <param name="Note">Takes a sentence that the user should read before it is opened.</param>
public readonly record struct DeviceRequest(int Index, int Threads, Action<string> Note);

/// <summary>Opens a backend by its device name. Other assemblies add their devices with <see cref="Register"/>.</summary>
public static class Device
{
    /// <summary>The most processor threads that a device takes.</summary>
    public const int MostThreads = 1024;

    private static readonly Registry<DeviceKind> Registered = new Registry<DeviceKind>("device").Add("cpu", new DeviceKind(OpenCpu, ListCpu));

    /// <summary>The kinds of device that this program can open, "cpu" first.</summary>
    public static IReadOnlyCollection<string> Kinds => Registered.Names;

    /// <summary>The devices of all kinds, with those that are missing and why.</summary>
    public static IEnumerable<DeviceInfo> All => Registered.All.SelectMany(kind => kind.List());

    /// <summary>Adds a kind of device.</summary>
    /// <param name="kind">The name before the colon, such as "cuda".</param>
    /// <param name="open">Opens a device of this kind.</param>
    /// <param name="list">The devices of this kind, or one that says why there is none.</param>
    /// <exception cref="ArgumentException">The kind is there already, or no name.</exception>
    public static void Register(string kind, Func<DeviceRequest, IBackend> open, Func<IEnumerable<DeviceInfo>> list)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(list);
        Registered.Add(kind, new DeviceKind(open, list));
    }

    /// <summary>Opens a device.</summary>
    /// <param name="name">A kind with an optional index: "cpu", "cuda", "cuda:1".</param>
    /// <param name="threads">Processor threads, at most <see cref="MostThreads"/>; 0 means all cores.</param>
    /// <param name="note">Takes what the user should know before it is opened; null: nobody.</param>
    /// <exception cref="OptionException">No such kind, a bad index, no such device, one that fails its self-test, or an impossible number of
    /// threads.</exception>
    public static IBackend Open(string name, int threads = 0, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(':');
        int index = 0;
        if (parts.Length > 2 || Registered.Find(parts[0]) is not { } kind
            || (parts.Length == 2 && (parts[0] == "cpu" || !int.TryParse(parts[1], out index) || index < 0)))
            throw OptionException.Expected(
                nameof(Device), $"one of {string.Join(", ", Kinds)}, a GPU with an index where there are several (cuda:1)", $"\"{name}\"");
        OptionException.Require(threads is >= 0 and <= MostThreads, "Threads", $"1 to {MostThreads} (0 for all cores)", threads);
        return kind.Open(new DeviceRequest(index, threads == 0 ? Math.Min(Environment.ProcessorCount, MostThreads) : threads, note ?? (_ => { })));
    }

    private sealed record DeviceKind(Func<DeviceRequest, IBackend> Open, Func<IEnumerable<DeviceInfo>> List);

    // Portable code where AVX2 could run takes a hundred times as long: nobody should wait for it unawares.
    private static IBackend OpenCpu(DeviceRequest request)
    {
        InstructionSet chosen = InstructionSets.Choose();
        foreach (InstructionSet set in InstructionSets.Missed.Where(set => set > chosen))
            request.Note($"Slower than it could be: {InstructionSets.WhyNot(set)}");
        return CpuBackend.Open(request.Threads, chosen);
    }

    private static IEnumerable<DeviceInfo> ListCpu()
    {
        using IBackend backend = CpuBackend.Open(Environment.ProcessorCount);
        string sets = string.Join(", ", Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported).Select(InstructionSets.NameOf));
        List<KeyValuePair<string, string>> limits = [new("instruction sets", sets)];
        string missed = string.Join(", ", InstructionSets.Missed.Select(InstructionSets.NameOf));
        if (missed.Length > 0) limits.Add(new("on the processor but not in this program", missed));
        return [new DeviceInfo("cpu", backend.Name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, limits, null)];
    }
}
