// config.json, whatever its architecture.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>Reads <c>config.json</c>: its <c>model_type</c> decides the architecture.</summary>
public static class ConfigFile
{
    private static readonly (string Type, Func<JsonObject, string, ModelConfig> Read)[] Architectures = [(BertConfig.Type, BertConfig.Read)];

    /// <summary>Reads a configuration; without a <c>model_type</c> it is that of a BERT, as in Google's first release.</summary>
    /// <exception cref="InputException">
    /// The file cannot be read or describes a model that Sprout cannot build; the message names file, key, expected and found.
    /// </exception>
    public static ModelConfig Read(string path) => Of(JsonFile.ReadObject(path), path);

    /// <summary>The configuration of a JSON object.</summary>
    /// <param name="json">The object, which keeps what nobody takes.</param>
    /// <param name="path">What messages call it.</param>
    /// <exception cref="InputException">As <see cref="Read"/>.</exception>
    internal static ModelConfig Of(JsonObject json, string path)
    {
        string type = json["model_type"] is JsonValue value && value.TryGetValue(out string? name) ? name : BertConfig.Type;
        foreach ((string known, Func<JsonObject, string, ModelConfig> read) in Architectures)
            if (known == type) return read(json, path);
        throw new InputException($"{path}: model_type: expected one of {string.Join(", ", Architectures.Select(row => row.Type))}, found \"{type}\".");
    }
}
