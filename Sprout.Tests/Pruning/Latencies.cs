// Tables of latencies that nobody measured.
using Sprout.Pruning.Latency;

namespace Sprout.Tests.Pruning;

/// <summary>A table for <see cref="Training.TinyRun"/>'s model: 2 layers of width 16 with 2 heads and 32 neurons. All take 10 ms, none 1 ms.</summary>
internal static class Latencies
{
    public static LatencyTable Tiny { get; } = new()
    {
        Architecture = "BertForSequenceClassification", Layers = 2, Hidden = 16, Heads = 2, Neurons = 32, Batch = 1, Length = 16, Device = "made up", Rest = 1,
        Grid = [0, 8, 32], Inner = new([0, 1.2, 2], [0, 1.5, 3.5]), Last = new([0, 0.5, 1], [0, 1, 2.5]),
    };

    /// <summary>Writes the table, with a change of its text, and gives its path.</summary>
    public static string Write(string folder, string before = "", string after = "")
    {
        string path = Path.Combine(folder, "table.json"), text = Tiny.ToJson().ToJsonString();
        if (before.Length > 0) text.Should().Contain(before);
        File.WriteAllText(path, before.Length > 0 ? text.Replace(before, after, StringComparison.Ordinal) : text);
        return path;
    }
}
