// How metrics are shown.
using System.Text.Json.Nodes;

namespace Sprout.Cli.Shell;

/// <summary>Shows metrics, sorted by name.</summary>
internal static class MetricText
{
    /// <summary>A line each.</summary>
    public static void Print(Terminal terminal, IReadOnlyDictionary<string, double> metrics)
    {
        foreach ((string name, double value) in metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            terminal.Output.WriteLine(FormattableString.Invariant($"{name} = {value:0.######}"));
    }

    /// <summary>A JSON object; what is not finite becomes null.</summary>
    public static JsonObject ToJson(IReadOnlyDictionary<string, double> metrics)
    {
        var json = new JsonObject();
        foreach ((string name, double value) in metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json[name] = double.IsFinite(value) ? value : null;
        return json;
    }
}
