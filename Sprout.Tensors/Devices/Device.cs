// Device names and what opens them.
using Sprout.Tensors.Cpu;

namespace Sprout.Tensors.Devices;

/// <summary>Opens a backend by its device name. Other assemblies add their devices with <see cref="Register"/>.</summary>
public static class Device
{
    private static readonly Dictionary<string, (Func<int, int, IBackend> Open, Func<IEnumerable<DeviceInfo>> List)> Registered = new(StringComparer.Ordinal)
    {
        ["cpu"] = ((_, threads) => CpuBackend.Open(threads), ListCpu),
    };

    /// <summary>The kinds of device that this build can open, "cpu" first.</summary>
    public static IReadOnlyCollection<string> Kinds => Registered.Keys;

    /// <summary>The devices of all kinds, with those that are missing and why.</summary>
    public static IEnumerable<DeviceInfo> All => Registered.Values.SelectMany(kind => kind.List());

    /// <summary>Adds a kind of device.</summary>
    /// <param name="kind">The name before the colon, such as "cuda".</param>
    /// <param name="open">Opens the device with the given index and number of host threads.</param>
    /// <param name="list">The devices of this kind, or one that says why there is none.</param>
    public static void Register(string kind, Func<int, int, IBackend> open, Func<IEnumerable<DeviceInfo>> list) => Registered[kind] = (open, list);

    /// <summary>Opens a device.</summary>
    /// <param name="name">A kind with an optional index: "cpu", "cuda", "cuda:1".</param>
    /// <param name="threads">Processor threads; 0 means all cores.</param>
    /// <exception cref="OptionException">No such kind in this build, a bad index, no such device, one that fails its self-test, or a negative number of
    /// threads.</exception>
    public static IBackend Open(string name, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(':');
        int index = 0;
        if (parts.Length > 2 || !Registered.TryGetValue(parts[0], out var kind) || (parts.Length == 2 && (parts[0] == "cpu" || !int.TryParse(parts[1], out index) || index < 0)))
            throw new OptionException($"--device: \"{name}\" is not a device of this build; there is {string.Join(", ", Registered.Keys)} (see sprout devices).");
        if (threads < 0) throw new OptionException($"--threads: expected 1 or more (0 for all cores), found {threads}.");
        return kind.Open(index, threads == 0 ? Environment.ProcessorCount : threads);
    }

    private static IEnumerable<DeviceInfo> ListCpu()
    {
        using IBackend backend = CpuBackend.Open(Environment.ProcessorCount);
        string sets = string.Join(", ", Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported));
        return [new DeviceInfo("cpu", backend.Name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, [new("instruction sets", sets)], null)];
    }
}
