// Whole runs on the emulated GPU against those of an independent PyTorch program.
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Pruning.Runs;
using Sprout.Tests.Training;

namespace Sprout.Tests.Emulation;

public sealed class EmulatedRunTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public static TheoryData<string> Runs => [.. GoldenRun.Names];

    public void Dispose() => tiny.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public void Deterministic_run_agrees_with_an_independent_PyTorch_program(string name)
    {
        var golden = new GoldenRun(tiny, name);
        var options = new JsonObject { ["device"] = EmulatedDevice.Name };
        for (int i = 0; i < golden.Options.Length; i += 2) options[golden.Options[i][2..]] = ValueOf(golden.Options[i + 1]);
        Run.Execute(RecipeJson.Read(options, name), golden.Output);
        golden.Compare();
    }

    private static JsonNode ValueOf(string text) =>
        bool.TryParse(text, out bool flag) ? flag
        : int.TryParse(text, CultureInfo.InvariantCulture, out int whole) ? whole
        : double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number
        : text;
}
