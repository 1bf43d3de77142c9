// Takes typed values out of a JSON object; what nobody takes remains.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>Each method removes a key and gives its value, or the default when the key is absent or null.</summary>
internal sealed class ConfigReader(JsonObject json, string path)
{
    public int Int(string key, int absent) => Take(key) is { } node
        ? node is JsonValue value && value.TryGetValue(out int number) ? number : throw Wrong(key, "an integer", node.ToJsonString())
        : absent;

    public double? Number(string key) => Take(key) is { } node
        ? node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number)
            ? number
            : throw Wrong(key, "a number", node.ToJsonString())
        : null;

    public string? Text(string key) => Take(key) is { } node
        ? node is JsonValue value && value.TryGetValue(out string? text) ? text : throw Wrong(key, "a string", node.ToJsonString())
        : null;

    public List<string>? Texts(string key)
    {
        if (Take(key) is not { } node) return null;
        var texts = new List<string>();
        foreach (JsonNode? item in node as JsonArray ?? throw Wrong(key, "a list of strings", node.ToJsonString()))
            texts.Add(item is JsonValue value && value.TryGetValue(out string? text) ? text : throw Wrong(key, "a list of strings", node.ToJsonString()));
        return texts;
    }

    /// <summary>An object whose keys are the numbers from 0 on, as a list.</summary>
    public List<string>? NumberedTexts(string key)
    {
        if (Take(key) is not { } node) return null;
        const string expected = "an object with the keys \"0\", \"1\", … and names";
        JsonObject numbered = node as JsonObject ?? throw Wrong(key, expected, node.ToJsonString());
        var texts = new List<string>();
        for (int i = 0; i < numbered.Count; i++)
        {
            // Programs that got numbers as labels save them as numbers.
            JsonNode? item = numbered[i.ToString(CultureInfo.InvariantCulture)];
            texts.Add(item switch
            {
                JsonValue value when value.TryGetValue(out string? text) => text,
                JsonValue value => value.ToJsonString(),
                _ => throw Wrong(key, expected, node.ToJsonString()),
            });
        }

        return texts;
    }

    public Dictionary<string, int>? NamedInts(string key)
    {
        if (Take(key) is not { } node) return null;
        const string expected = "an object of integers";
        var ints = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, JsonNode? item) in node as JsonObject ?? throw Wrong(key, expected, node.ToJsonString()))
            ints.Add(name, item is JsonValue value && (value.TryGetValue(out int number)
                || (value.TryGetValue(out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)))
                ? number : throw Wrong(key, expected, node.ToJsonString()));
        return ints;
    }

    /// <summary>A list of objects with the sizes of layers.</summary>
    public List<LayerSize>? LayerSizes(string key)
    {
        if (Take(key) is not { } node) return null;
        const string expected = "a list of objects with the integers heads and neurons";
        var sizes = new List<LayerSize>();
        foreach (JsonNode? item in node as JsonArray ?? throw Wrong(key, expected, node.ToJsonString()))
        {
            if (item is not JsonObject { Count: 2 } size || !IsInt(size["heads"], out int heads) || !IsInt(size["neurons"], out int neurons))
                throw Wrong(key, expected, item?.ToJsonString() ?? "null");
            sizes.Add(new LayerSize(heads, neurons));
        }

        return sizes;
    }

    /// <summary>Fails when a key that stays in the object asks for something Sprout does not compute.</summary>
    public void Refuse(string key, Func<JsonNode, bool> asks, string expected)
    {
        if (json[key] is { } node && asks(node)) throw Wrong(key, expected, node.ToJsonString());
    }

    public InputException Wrong(string key, string expected, string found) => new($"{path}: {key}: expected {expected}, found {Short(found)}.");

    private static bool IsInt(JsonNode? node, out int number)
    {
        number = 0;
        return node is JsonValue value && value.TryGetValue(out number);
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private JsonNode? Take(string key) => json.Remove(key, out JsonNode? node) ? node : null;
}
