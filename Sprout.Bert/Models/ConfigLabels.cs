// The labels of a configuration.
using Sprout.Bert.Data;

namespace Sprout.Bert.Models;

/// <summary>Reads <c>id2label</c>, <c>label2id</c> and <c>num_labels</c>, of which any may be missing.</summary>
internal static class ConfigLabels
{
    private const int MaxLabels = 1 << 20;

    /// <summary>Class names by id and ids by name; both null when the file names none and has two classes, as transformers assumes.</summary>
    /// <exception cref="Tensors.InputException">They contradict each other.</exception>
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

        if (ids is null && names is not null)
        {
            ids = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int id = 0; id < names.Count; id++)
                if (!ids.TryAdd(names[id], id)) throw reader.Wrong("id2label", "every name once", $"\"{names[id]}\" twice");
        }

        return (names, ids);
    }
}
