// The index of a sharded model: which tensor lies in which file.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Sprout.Tensors.IO;

/// <summary>Reads <c>*.index.json</c> as transformers writes it, and checks it against the shards.</summary>
internal static class ShardIndex
{
    // The index of a model of a thousand layers has 2 MB.
    private const int MaxLength = 1 << 24;

    /// <summary>Adds every shard that an index names, then checks that each tensor lies where the index says.</summary>
    /// <param name="index">The index's path.</param>
    /// <param name="extension">How the shards' names end.</param>
    /// <param name="add">Opens a shard.</param>
    /// <param name="find">Finds a tensor in the shards that are open.</param>
    /// <exception cref="InputException">The index is malformed, a shard is missing or lies elsewhere, or they disagree.</exception>
    public static void Open(string index, string extension, Action<string> add, Func<string, WeightEntry?> find)
    {
        string folder = Path.GetDirectoryName(index)!;
        List<(string Tensor, string Shard)> map = Read(index, extension);
        foreach (string shard in map.Select(pair => pair.Shard).Distinct(StringComparer.Ordinal))
        {
            string path = Path.Combine(folder, shard);
            if (!File.Exists(path)) throw new InputException($"{index}: expected the shard '{shard}' beside it, found no such file.");
            add(path);
        }

        foreach ((string tensor, string shard) in map)
        {
            WeightEntry? entry = find(tensor);
            if (entry is null || Path.GetFileName(entry.FilePath) != shard)
                throw new InputException(
                    $"{index}: expected tensor '{tensor}' in the shard '{shard}', found {(entry is null ? "it nowhere" : $"it in {entry.FilePath}")}.");
        }
    }

    private static List<(string Tensor, string Shard)> Read(string index, string extension)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(FileBytes.ReadText(index, MaxLength), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
                throw new InputException($"{index}: expected a JSON object with an object 'weight_map', found none.");
            var pairs = new List<(string, string)>();
            foreach (JsonProperty property in map.EnumerateObject())
            {
                string? shard = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
                if (!IsPlainFileName(shard, extension))
                    throw new InputException(
                        $"{index}: tensor '{property.Name}': expected the name of a {extension} file in the same folder, "
                        + $"found {property.Value.GetRawText()}.");
                pairs.Add((property.Name, shard));
            }

            return pairs;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{index}: expected valid JSON: {e.Message}", e);
        }
    }

    // An index must not reach outside its folder, on any system's idea of a separator.
    private static bool IsPlainFileName([NotNullWhen(true)] string? name, string extension) =>
        name is not null && name.EndsWith(extension, StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:\0") < 0;
}
