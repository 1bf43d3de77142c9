// Whether the numbers of a configuration are possible.
using System.Globalization;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>Checks values of a configuration; every message names source, key, expected and found.</summary>
/// <param name="source">What the messages name as the place of the error, e.g. the file.</param>
internal readonly struct ConfigRanges(string source)
{
    private const int MaxLayers = 1024;

    private static readonly string[] ProblemTypes = [ModelConfig.RegressionType, "single_label_classification", ModelConfig.MultiLabelType];

    /// <summary>Checks what every model has.</summary>
    public void Common(ModelConfig config)
    {
        Range("vocab_size", config.VocabSize, 1, int.MaxValue);
        Range("hidden_size", config.HiddenSize, 1, int.MaxValue);
        Range("num_hidden_layers", config.NumHiddenLayers, 1, MaxLayers);
        Range("num_attention_heads", config.NumAttentionHeads, 1, config.HiddenSize);
        Range("intermediate_size", config.IntermediateSize, 1, int.MaxValue);
        Range("max_position_embeddings", config.MaxPositionEmbeddings, 1, int.MaxValue);
        Range("pad_token_id", config.PadTokenId, 0, config.VocabSize - 1);
        if (config.HiddenSize % config.NumAttentionHeads != 0)
            throw Wrong("hidden_size", $"a multiple of num_attention_heads {config.NumAttentionHeads}", $"{config.HiddenSize}");
        Matrix("vocab_size", config.VocabSize, config.HiddenSize);
        Matrix("hidden_size", config.HiddenSize, config.HiddenSize);
        Matrix("intermediate_size", config.IntermediateSize, config.HiddenSize);
        Matrix("max_position_embeddings", config.MaxPositionEmbeddings, config.HiddenSize);
        Layers(config);
        if (!(config.InitializerRange is >= 0 and <= 1)) throw Wrong("initializer_range", "a number from 0 to 1", Text(config.InitializerRange));
        if (config.ProblemType is not null && !ProblemTypes.Contains(config.ProblemType))
            throw Wrong("problem_type", $"one of {string.Join(", ", ProblemTypes)}", $"\"{config.ProblemType}\"");
        if (config.Id2Label is { Count: 0 }) throw Wrong("id2label", "at least one label", "none");
        foreach ((string name, int id) in config.Label2Id ?? new Dictionary<string, int>())
            if (id < 0 || id >= config.NumLabels) throw Wrong("label2id", $"ids from 0 to {config.NumLabels - 1}", $"{id} for \"{name}\"");
    }

    /// <summary>An integer within bounds.</summary>
    public void Range(string key, int value, int least, int most)
    {
        if (value < least || value > most) throw Wrong(key, $"an integer from {least} to {most}", $"{value}");
    }

    /// <summary>One side of a matrix whose other side is the hidden size.</summary>
    public void Matrix(string key, int value, int hiddenSize)
    {
        if ((long)value * hiddenSize > int.MaxValue)
            throw Wrong(key, $"at most {int.MaxValue} elements in a matrix with hidden_size {hiddenSize}", $"{value} × {hiddenSize}");
    }

    /// <summary>A dropout probability.</summary>
    public void Probability(string key, double value)
    {
        if (!(value is >= 0 and < 1)) throw Wrong(key, "a probability of at least 0 and below 1", Text(value));
    }

    /// <summary>The ε of a norm.</summary>
    public void Epsilon(string key, double value)
    {
        if (!(value is > 0 and <= 1)) throw Wrong(key, "a number above 0 and at most 1", Text(value));
    }

    // What is left of the layers.
    private void Layers(ModelConfig config)
    {
        if (config.SproutLayers is not { } sizes) return;
        if (sizes.Count != config.NumHiddenLayers)
            throw Wrong(ModelConfig.LayersKey, $"the sizes of {config.NumHiddenLayers} layers, as num_hidden_layers has it", $"{sizes.Count}");
        for (int i = 0; i < sizes.Count; i++)
        {
            Range($"{ModelConfig.LayersKey}: layer {i}: heads", sizes[i].Heads, 0, config.NumAttentionHeads);
            Range($"{ModelConfig.LayersKey}: layer {i}: neurons", sizes[i].Neurons, 0, config.IntermediateSize);
        }
    }

    /// <summary>The error of one key.</summary>
    public InputException Wrong(string key, string expected, string found) => new($"{source}: {key}: expected {expected}, found {found}.");

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
