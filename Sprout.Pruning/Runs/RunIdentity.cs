// What makes a run this run and no other.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Training;

namespace Sprout.Pruning.Runs;

/// <summary>A hash of what decides a run's bits: options, examples as tokens, start weights. A checkpoint carries it, resuming asks for it.</summary>
public static class RunIdentity
{
    /// <summary>The identity of a run that has not taken a step.</summary>
    /// <param name="recipe">Its options; those of <see cref="RecipeJson.IsFree"/> do not count.</param>
    /// <param name="objective">Its examples and its model with the start weights.</param>
    public static string Of(Recipe recipe, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(objective);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, JsonNode? value) in recipe.ToJson())
            if (!RecipeJson.IsFree(key)) hash.AppendData(Encoding.UTF8.GetBytes($"{key}={value?.ToJsonString()};"));
        foreach (int[] numbers in objective.Fingerprint.Chunk(1 << 16)) hash.AppendData(MemoryMarshal.AsBytes<int>(numbers));
        foreach (Parameter parameter in objective.Model.Parameters())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(parameter.Name));
            hash.AppendData(MemoryMarshal.AsBytes<float>(parameter.Value.ToArray()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
