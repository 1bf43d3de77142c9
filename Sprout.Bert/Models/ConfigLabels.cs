// The labels of a configuration.
using System.Globalization;
using Sprout.Bert.Data;

namespace Sprout.Bert.Models;

/// <summary>Reads <c>id2label</c>, <c>label2id</c> and <c>num_labels</c>, of which any may be missing.</summary>
internal static class ConfigLabels
{
    private const int MaxLabels = 1 << 20;

    /// <summary>Class names by id and ids by name; both null when the file names none and has two classes, as transformers assumes.</summary>
    /// <exception cref="Tensors.InputException">They contradict each other: one is not the inverse of the other, or a name is there twice.</exception>
    public static (IReadOnlyList<string>? Names, IReadOnlyDictionary<string, int>? Ids) Read(ConfigReader reader)
    {
        List<string>? names = reader.NumberedTexts("id2label");
        Dictionary<string, int>? ids = reader.NamedInts("label2id");
        int count = reader.Int("num_labels", 2);
        if (count < 1 || count > MaxLabels) throw reader.Wrong("num_labels", $"an integer from 1 to {MaxLabels}", $"{count}");
        if (names is null && ids is null && count != 2)
            names = [.. MadeUpLabels.Of(count)];

        if (names is null && ids is not null)
        {
            names = [.. ids.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
            if (!ids.Values.Order().SequenceEqual(Enumerable.Range(0, ids.Count)))
                throw reader.Wrong("label2id", "the ids from 0 on, once each", string.Join(", ", ids.Values.Order()));
        }

        if (names is null || ids is null) return (names, names is null ? ids : Inverse(names, reader));
        return Agreed(names, ids, reader);
    }

    private static (IReadOnlyList<string>, IReadOnlyDictionary<string, int>) Agreed(List<string> names, Dictionary<string, int> ids, ConfigReader reader)
    {
        // Whoever names the classes of a model often forgets one of the two: what is made up contradicts nothing.
        if (ids.All(pair => pair.Key == MadeUpLabels.Of(pair.Value.ToString(CultureInfo.InvariantCulture))))
            return (names, Inverse(names, reader));
        if (MadeUpLabels.Are(names) && names.Count == ids.Count && ids.Values.Order().SequenceEqual(Enumerable.Range(0, ids.Count)))
            return ([.. ids.OrderBy(pair => pair.Value).Select(pair => pair.Key)], ids);
        Dictionary<string, int> inverse = Inverse(names, reader);
        foreach (string name in ids.Keys.Concat(inverse.Keys))
        {
            if (ids.TryGetValue(name, out int there) && inverse.TryGetValue(name, out int here) && there == here) continue;
            string expected = inverse.TryGetValue(name, out int own) ? $"which has the id {own} for \"{name}\"" : $"which has no \"{name}\"";
            throw reader.Wrong("label2id", $"the inverse of id2label, {expected}", ids.TryGetValue(name, out int other) ? $"{other}" : "none");
        }

        return (names, ids);
    }

    private static Dictionary<string, int> Inverse(List<string> names, ConfigReader reader)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < names.Count; id++)
            if (!ids.TryAdd(names[id], id)) throw reader.Wrong("id2label", "every name once", $"\"{names[id]}\" twice");
        return ids;
    }
}
