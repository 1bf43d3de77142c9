// Recipes as JSON.
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Pruning.Runs;

/// <summary>
/// One flat object for the options of all parts; an option's key is its property's name in lower case with hyphens, as the command spells it.
/// </summary>
public static class RecipeJson
{
    // What a run's file says beside the options, and versions up to 0.1 said of the command line.
    private static readonly string[] Remarks = ["version", "machine", "output", "resume", "overwrite", "json", "profile", "predictions"];

    // What may differ between a run and its continuation. Of these only the device can change bits of the result.
    private static readonly string[] Free = [
        KeyOf(nameof(DeviceOptions.Device)), KeyOf(nameof(DeviceOptions.Threads)),
        KeyOf(nameof(TrainingOptions.LoggingSteps)), KeyOf(nameof(TrainingOptions.SaveEvery)), KeyOf(nameof(TrainingOptions.SaveTotalLimit)),
    ];

    /// <summary>An option's key: "max-length" for MaxLength.</summary>
    public static string KeyOf(string property) => JsonNamingPolicy.KebabCaseLower.ConvertName(property);

    /// <summary>The property of a key: "MaxLength" for max-length.</summary>
    internal static string PropertyOf(string key) => string.Concat(key.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>Whether an option may change when a run is resumed.</summary>
    public static bool IsFree(string key) => Free.Contains(key);

    /// <summary>All options of a recipe.</summary>
    public static JsonObject Write(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var all = new JsonObject();
        foreach (JsonObject part in (JsonObject[])
            [Part(recipe.Task, RecipeContext.Default.TaskOptions), Part(recipe.Training, RecipeContext.Default.TrainingOptions),
             Part(recipe.Pruning, RecipeContext.Default.PruningOptions), Part(recipe.Device, RecipeContext.Default.DeviceOptions)])
        {
            foreach ((string key, JsonNode? value) in part) all[key] = value?.DeepClone();
        }

        return all;
    }

    /// <summary>The recipe of some options; the others have their defaults.</summary>
    /// <param name="json">Options by key.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">There is no such option, or its value is of the wrong kind.</exception>
    public static Recipe Read(JsonObject json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonObject all = Write(new Recipe());
        foreach ((string key, JsonNode? value) in json)
        {
            if (all.ContainsKey(key)) all[key] = value?.DeepClone();
            else if (!Remarks.Contains(key)) throw new InputException($"{source}: there is no option \"{key}\".");
        }

        return new Recipe
        {
            Task = Part(all, RecipeContext.Default.TaskOptions, source),
            Training = Part(all, RecipeContext.Default.TrainingOptions, source),
            Pruning = Part(all, RecipeContext.Default.PruningOptions, source),
            Device = Part(all, RecipeContext.Default.DeviceOptions, source),
        };
    }

    private static JsonObject Part<T>(T options, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(options, type)!.AsObject();

    private static T Part<T>(JsonObject all, JsonTypeInfo<T> type, string source)
    {
        try
        {
            return all.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            string key = e.Path?.TrimStart('$', '.').Trim('[', ']', '\'') ?? "";
            throw new InputException($"{source}: {key}: expected a value of another kind, found {all[key]?.ToJsonString() ?? "null"}.", e);
        }
    }
}

/// <summary>Reads and writes the parts of recipes without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TaskOptions))]
[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(PruningOptions))]
[JsonSerializable(typeof(DeviceOptions))]
internal sealed partial class RecipeContext : JsonSerializerContext;
