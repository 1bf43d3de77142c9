// Where to compute.
namespace Sprout.Tensors.Devices;

/// <summary>Where to compute; it decides the time. Another device or instruction set may round otherwise, another number of threads not.</summary>
public sealed record DeviceOptions
{
    /// <summary>The device: "cpu", "cuda:0".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Processor threads; 0: all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Opens the device.</summary>
    /// <param name="note">Takes what the user should know before it is opened; null: nobody.</param>
    /// <exception cref="OptionException">There is no such device, it does not work, or the number of threads is negative.</exception>
    public IBackend Open(Action<string>? note = null) => Devices.Device.Open(Device, Threads, note);
}
