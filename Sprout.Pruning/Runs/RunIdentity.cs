// What makes a run this run and no other.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Pruning.Latency;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>Hashes of what decides a run's bits and files, by what they are of. A checkpoint carries them; resuming names what differs.</summary>
public static class RunIdentity
{
    /// <summary>The identity of a run that has not taken a step.</summary>
    /// <param name="recipe">Its options; those of <see cref="RecipeJson.IsFree"/> do not count.</param>
    /// <param name="session">Its examples, its model with the start weights, and its teacher.</param>
    /// <param name="latency">The table of latencies that the run is pruned by, or null.</param>
    /// <exception cref="InputException">A file that the run was read from can be read no more.</exception>
    public static IReadOnlyDictionary<string, string> Of(Recipe recipe, TaskSession session, LatencyTable? latency = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(session);
        var identity = new Dictionary<string, string>
        {
            ["options"] = HashOf(hash => AddOptions(hash, recipe)),
            ["data"] = HashOf(hash =>
            {
                foreach (int[] numbers in session.Objective.Fingerprint.Chunk(1 << 16)) hash.AppendData(MemoryMarshal.AsBytes<int>(numbers));
            }),
            ["labels"] = HashOf(hash =>
            {
                foreach (string label in session.Config.Id2Label ?? []) AddText(hash, label);
            }),
            ["start weights"] = HashOf(hash => AddWeights(hash, session.Model)),
        };
        foreach (string path in session.SettingsFiles)
        {
            string name = Path.GetFileName(path);
            // A configuration and a vocabulary of one name, or a file that is called "data".
            while (identity.ContainsKey(name)) name += " (file)";
            identity[name] = HashOf(hash => AddFile(hash, path));
        }

        if (recipe.Pruning.InitScores is string scores) identity["initial scores"] = HashOf(hash => AddFile(hash, scores));
        if (latency is not null) identity["table of latencies"] = latency.Hash;
        if (session.Teacher is TaskModel teacher)
        {
            identity["teacher"] = HashOf(hash =>
            {
                AddWeights(hash, teacher);
                using ModelSource source = ModelSource.Open(recipe.Task.Teacher!);
                foreach (string path in source.SettingsFiles) AddFile(hash, path);
            });
        }

        return identity;
    }

    private static string HashOf(Action<IncrementalHash> add)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        add(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AddOptions(IncrementalHash hash, Recipe recipe)
    {
        foreach ((string key, JsonNode? value) in recipe.ToJson())
            if (!RecipeJson.IsFree(key)) AddText(hash, $"{key}={value?.ToJsonString()}");
    }

    private static void AddWeights(IncrementalHash hash, TaskModel model)
    {
        foreach (Parameter parameter in model.Parameters())
        {
            AddText(hash, parameter.Name);
            hash.AppendData(MemoryMarshal.AsBytes<float>(parameter.Value.ToArray()));
        }
    }

    private static void AddFile(IncrementalHash hash, string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    // The end keeps one text from running into the next.
    private static void AddText(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));
}
