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

    /// <summary>Writes the file: of every set precision, recall, F1 and number of examples by class and, where an example has one class, the
    /// counts by true and predicted class.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="reports">By what follows the names of a set's metrics; nothing is written when there is none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(string folder, IReadOnlyDictionary<string, ClassReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Count > 0) JsonFile.WriteSorted(Path.Combine(folder, FileName), ToJson(reports));
    }

    /// <summary>The classes and counts of every set, by <c>eval</c> and the set's suffix.</summary>
    public static JsonObject ToJson(IReadOnlyDictionary<string, ClassReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        return new JsonObject(reports.Select(pair => KeyValuePair.Create("eval" + pair.Key, (JsonNode?)ToJson(pair.Value))));
    }

    private static JsonObject ToJson(ClassReport report)
    {
        int[] ids = [.. Enumerable.Range(0, report.Classes)];
        var json = new JsonObject
        {
            ["classes"] = new JsonArray([.. ids.Select(id => (JsonNode)new JsonObject
            {
                ["label"] = report.LabelNames[id],
                ["precision"] = report.Precision(id),
                ["recall"] = report.Recall(id),
                ["f1"] = report.F1(id),
                ["examples"] = report.Support(id),
            })]),
        };
        if (report is ConfusionMatrix matrix)
            json["confusion"] = new JsonArray([.. ids.Select(id => (JsonNode)new JsonArray([.. ids.Select(other => (JsonNode)matrix.Count(id, other))]))]);
        return json;
    }
}
