// sprout devices
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Cli.Commands;

/// <summary>The devices that this build can use, and why one is missing.</summary>
public static class DevicesCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "The devices this build can use, with their limits, and why one is missing.";

    private static readonly string[] GpuKinds = ["cuda", "opencl", "ilgpu-cpu"];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("devices", Summary);
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        command.Options.Add(json);
        command.SetAction(result =>
        {
            var list = new JsonArray();
            foreach (string kind in Device.Kinds)
            {
                using IBackend backend = Device.Open(kind);
                list.Add(new JsonObject
                {
                    ["device"] = kind,
                    ["available"] = true,
                    ["name"] = backend.Name,
                    ["memory_bytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
                    ["instruction_sets"] = new JsonArray([.. Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported).Select(set => (JsonNode)set.ToString())]),
                });
            }

            foreach (string kind in GpuKinds.Except(Device.Kinds))
                list.Add(new JsonObject { ["device"] = kind, ["available"] = false, ["reason"] = "this version of Sprout has no GPU backend yet" });
            if (result.GetValue(json))
            {
                terminal.Document(list);
                return ExitCode.Done;
            }

            foreach (JsonNode? node in list)
            {
                bool available = node!["available"]!.GetValue<bool>();
                string detail = available
                    ? FormattableString.Invariant($"{node["name"]}, {node["memory_bytes"]!.GetValue<long>() / (double)(1L << 30):0.0} GiB; instruction sets {string.Join(", ", node["instruction_sets"]!.AsArray())}")
                    : $"not available: {node["reason"]}";
                terminal.Output.WriteLine($"{node["device"],-10} {detail}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
