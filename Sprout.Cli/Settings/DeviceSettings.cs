// Options that say where to compute.
using System.CommandLine;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Settings;

/// <summary>Device and threads.</summary>
public sealed class DeviceSettings : SettingList
{
    private readonly Option<string> device;
    private readonly Option<int> threads;

    /// <summary>Adds the options to a command.</summary>
    public DeviceSettings(Command command) : base(command)
    {
        device = Add("--device", "Where to compute; see sprout devices", "cpu");
        threads = Add("--threads", "Processor threads, 0 for all cores; results are the same bits for every number", 0);
    }

    /// <summary>The number of processor threads.</summary>
    public int Threads(ParseResult result) => result.GetValue(threads) is int count and > 0 ? count : Environment.ProcessorCount;

    /// <summary>Opens the device.</summary>
    public IBackend Open(ParseResult result) => Device.Open(result.GetValue(device)!, result.GetValue(threads));
}
