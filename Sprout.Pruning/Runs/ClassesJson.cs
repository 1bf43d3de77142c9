// eval_classes.json.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>Writes what a classification's evaluation says of every class.</summary>
public static class ClassesJson
{
    /// <summary>The file's name.</summary>
    public const string FileName = "eval_classes.json";

    /// <summary>Writes the file: of every set precision, recall, F1 and number of examples by class, and the counts by true and predicted class.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="confusions">By what follows the names of a set's metrics; nothing is written when there is none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(string folder, IReadOnlyDictionary<string, ConfusionMatrix> confusions)
    {
        ArgumentNullException.ThrowIfNull(confusions);
        if (confusions.Count > 0) JsonFile.WriteSorted(Path.Combine(folder, FileName), ToJson(confusions));
    }

    /// <summary>The classes and counts of every set, by <c>eval</c> and the set's suffix.</summary>
    public static JsonObject ToJson(IReadOnlyDictionary<string, ConfusionMatrix> confusions)
    {
        ArgumentNullException.ThrowIfNull(confusions);
        return new JsonObject(confusions.Select(pair => KeyValuePair.Create("eval" + pair.Key, (JsonNode?)ToJson(pair.Value))));
    }

    private static JsonObject ToJson(ConfusionMatrix matrix)
    {
        int[] ids = [.. Enumerable.Range(0, matrix.Classes)];
        return new JsonObject
        {
            ["classes"] = new JsonArray([.. ids.Select(id => (JsonNode)new JsonObject
            {
                ["label"] = matrix.LabelNames[id],
                ["precision"] = matrix.Precision(id),
                ["recall"] = matrix.Recall(id),
                ["f1"] = matrix.F1(id),
                ["examples"] = matrix.Support(id),
            })]),
            ["confusion"] = new JsonArray([.. ids.Select(id => (JsonNode)new JsonArray([.. ids.Select(other => (JsonNode)matrix.Count(id, other))]))]),
        };
    }
}
