// latency.json.
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Pruning.Latency;

/// <summary>Reads and writes tables of latencies strictly: every key is there, once, with what a table can have.</summary>
internal static class LatencyJson
{
    private const string Costs = "milliseconds that begin with 0 and never fall";

    public static JsonObject Write(LatencyTable table) => new()
    {
        ["architecture"] = table.Architecture,
        ["layers"] = table.Layers,
        ["hidden"] = table.Hidden,
        ["heads"] = table.Heads,
        ["neurons"] = table.Neurons,
        ["batch"] = table.Batch,
        ["length"] = table.Length,
        ["device"] = table.Device,
        ["rest_ms"] = table.Rest,
        ["grid"] = new JsonArray([.. table.Grid.Select(neurons => (JsonNode)neurons)]),
        ["attention_ms"] = Array(table.Inner.Attention),
        ["feed_forward_ms"] = Array(table.Inner.FeedForward),
        ["last_attention_ms"] = Array(table.Last.Attention),
        ["last_feed_forward_ms"] = Array(table.Last.FeedForward),
    };

    public static LatencyTable Read(JsonObject json, string path)
    {
        int heads = Count("heads"), neurons = Count("neurons");
        List<double> grid = Numbers("grid", least: 2);
        if (!IsRising(grid) || grid[0] != 0 || grid[^1] != neurons || grid.Exists(number => number % 1 != 0))
            throw Wrong("grid", $"whole numbers that rise from 0 to {neurons}");
        var table = new LatencyTable
        {
            Architecture = Text("architecture"), Layers = Count("layers"), Hidden = Count("hidden"), Heads = heads, Neurons = neurons,
            Batch = Count("batch"), Length = Count("length"), Device = Text("device"),
            Rest = Positive("rest_ms"), Grid = [.. grid.Select(number => (int)number)],
            Inner = Layer(""), Last = Layer("last_"),
        };
        string[] known = [.. Write(table).Select(pair => pair.Key)];
        return json.Select(pair => pair.Key).FirstOrDefault(key => !known.Contains(key)) is string other
            ? throw new InputException($"{path}: expected a table of latencies, found the key \"{other}\".")
            : table;

        LayerLatency Layer(string prefix) => new(Cost(prefix + "attention_ms", heads + 1), Cost(prefix + "feed_forward_ms", grid.Count));

        List<double> Cost(string key, int count)
        {
            List<double> costs = Numbers(key, count);
            return costs.Count == count && costs[0] == 0 && costs.Zip(costs.Skip(1)).All(pair => pair.First <= pair.Second)
                ? costs
                : throw Wrong(key, $"{count} {Costs}");
        }

        List<double> Numbers(string key, int least)
        {
            var numbers = new List<double>();
            string expected = $"{least} numbers or more";
            foreach (JsonNode? node in json[key] as JsonArray ?? throw Wrong(key, expected)) numbers.Add(Number(node) ?? throw Wrong(key, expected));
            return numbers.Count >= least ? numbers : throw Wrong(key, expected);
        }

        int Count(string key) => Number(json[key]) is double number && number is >= 1 and <= int.MaxValue && number % 1 == 0
            ? (int)number
            : throw Wrong(key, "a whole number of at least 1");

        double Positive(string key) => Number(json[key]) is double number && number > 0 ? number : throw Wrong(key, "a number above 0");

        string Text(string key) => json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : throw Wrong(key, "a text");

        InputException Wrong(string key, string expected) =>
            new($"{path}: {key}: expected {expected}, found {Short(json[key]?.ToJsonString() ?? "nothing")}.");
    }

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && double.IsFinite(number)
            ? number
            : null;

    private static bool IsRising(List<double> numbers) => numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);

    private static JsonArray Array(IReadOnlyList<double> numbers) => new([.. numbers.Select(number => (JsonNode)number)]);

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}…";
}
