// The devices of this machine.
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Ilgpu;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Ilgpu;

/// <summary>The class runs where there is a device of some kind.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsDeviceAttribute(string kind) : NeedsAttribute
{
    public string Kind => kind;

    public override string? Missing => Devices.WhyMissing(kind);
}

/// <summary>The devices, found once.</summary>
internal static class Devices
{
    private static readonly Dictionary<string, IBackend> Open = [];

    static Devices()
    {
        IlgpuDevices.Register();
        All = [.. Device.All];
    }

    /// <summary>All of them, with those that are missing.</summary>
    public static IReadOnlyList<DeviceInfo> All { get; }

    /// <summary>Why there is no device of a kind, or null when there is one.</summary>
    public static string? WhyMissing(string kind) =>
        All.Where(device => device.Name == kind).Select(device => device.Missing).FirstOrDefault() is string reason ? $"{kind}: {reason}." : null;

    /// <summary>The first device of a kind, opened once for all tests.</summary>
    public static IBackend Kept(string kind)
    {
        if (!Open.TryGetValue(kind, out IBackend? backend)) Open[kind] = backend = Device.Open(kind);
        return backend;
    }
}
