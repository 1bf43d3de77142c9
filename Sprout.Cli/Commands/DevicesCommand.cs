// sprout devices
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Cli.Shell;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Commands;

/// <summary>The devices that this build can use, and why one is missing.</summary>
internal static class DevicesCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "The devices this build can use, with their limits, and why one is missing.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("devices", Summary);
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        command.Options.Add(json);
        command.SetAction(result =>
        {
            DeviceInfo[] devices = [.. Device.All];
            if (result.GetValue(json))
            {
                terminal.Document(new JsonArray([.. devices.Select(Json)]));
                return ExitCode.Done;
            }

            int width = devices.Max(device => device.Name.Length);
            foreach (DeviceInfo device in devices) terminal.Output.WriteLine($"{device.Name.PadRight(width)}  {Detail(device)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Json(DeviceInfo device)
    {
        var node = new JsonObject { ["device"] = device.Name, ["available"] = device.Missing is null };
        if (device.Missing is not null)
        {
            node["reason"] = device.Missing;
            return node;
        }

        node["name"] = device.Description;
        node["memory_bytes"] = device.MemoryBytes;
        foreach ((string name, string value) in device.Limits) node[name.Replace(' ', '_')] = value;
        return node;
    }

    private static string Detail(DeviceInfo device) => device.Missing is not null
        ? $"not available: {device.Missing}"
        : FormattableString.Invariant($"{device.Description}, {device.MemoryBytes / (double)(1L << 30):0.0} GiB; ")
            + string.Join("; ", device.Limits.Select(limit => $"{limit.Key} {limit.Value}"));
}
