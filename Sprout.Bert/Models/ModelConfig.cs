// What the configurations of all models have in common.
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>
/// The sizes and settings that every encoder has, under the names of transformers' <c>PretrainedConfig</c>; property names are the keys of <c>config.json</c>
/// in Pascal case. An architecture adds its own and builds its models.
/// </summary>
public abstract record ModelConfig
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "config.json";

    /// <summary>The key of <see cref="SproutLayers"/>.</summary>
    internal const string LayersKey = "sprout_layers";

    internal const string MultiLabelType = "multi_label_classification", RegressionType = "regression";

    /// <summary>The architecture: <c>model_type</c> of the file.</summary>
    public abstract string ModelType { get; }

    /// <summary>Tokens in the vocabulary, V.</summary>
    public int VocabSize { get; init; } = 30522;

    /// <summary>Width of the residual stream, H; a multiple of <see cref="NumAttentionHeads"/>.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Encoder layers, 1 to 1024.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Attention heads a layer.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width between the two feed-forward products.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>
    /// What is left of each layer, of which heads and neurons were removed; null: every layer is whole. Only Sprout knows this key, and only files that are its
    /// own have it.
    /// </summary>
    public IReadOnlyList<LayerSize>? SproutLayers { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Standard deviation of fresh weights, in [0, 1].</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Id of the padding token.</summary>
    public int PadTokenId { get; init; }

    /// <summary>Class names by class id; null when the file names none.</summary>
    public IReadOnlyList<string>? Id2Label { get; init; }

    /// <summary>Class ids by name as the file gives them, or the inverse of <see cref="Id2Label"/>; null when the file names none.</summary>
    public IReadOnlyDictionary<string, int>? Label2Id { get; init; }

    /// <summary><c>regression</c>, <c>single_label_classification</c>, <c>multi_label_classification</c> or null: decided by the task.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Whether a text may have any number of the classes.</summary>
    public bool IsMultiLabel => ProblemType == MultiLabelType;

    /// <summary>Class names of the model code, e.g. <c>BertForSequenceClassification</c>; null when not given.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Every other key of the file, kept as it is by <see cref="Save"/>.</summary>
    public JsonObject Extra { get; init; } = [];

    /// <summary>Outputs of a classifier: the number of labels, or 2 when none are named, as in transformers.</summary>
    public int NumLabels => Id2Label?.Count ?? 2;

    /// <summary>Width of one attention head: hidden size by heads.</summary>
    public int HeadSize => HiddenSize / NumAttentionHeads;

    /// <summary>Heads that were removed from the layers, all together.</summary>
    public long RemovedHeads => SproutLayers?.Sum(size => (long)NumAttentionHeads - size.Heads) ?? 0;

    /// <summary>Feed-forward neurons that were removed from the layers, all together.</summary>
    public long RemovedNeurons => SproutLayers?.Sum(size => (long)IntermediateSize - size.Neurons) ?? 0;

    /// <summary>Segments that a token can belong to; a pair of texts needs two.</summary>
    public abstract int Segments { get; }

    /// <summary>Whether the classes have the names that Hugging Face makes up (<c>LABEL_0</c>, …), which say nothing, or none.</summary>
    public bool HasMadeUpLabels => Id2Label is null || MadeUpLabels.Are(Id2Label);

    /// <summary>The heads and neurons of a layer.</summary>
    /// <param name="layer">Counted from 0.</param>
    public LayerSize SizeOf(int layer) => SproutLayers is { } sizes ? sizes[layer] : new LayerSize(NumAttentionHeads, IntermediateSize);

    /// <summary>Checks that the model takes pairs of texts.</summary>
    /// <param name="source">What the message names as the place of the error, e.g. the folder.</param>
    /// <exception cref="InputException">It has one segment.</exception>
    public void RequirePairs(string source)
    {
        if (Segments < 2) throw new InputException($"{source}: expected a model with two segment types, which a pair of texts needs, found {Segments}.");
    }

    /// <summary>Checks that the model's answers are classes, or one number.</summary>
    /// <param name="source">What the message names as the place of the error, e.g. the folder.</param>
    /// <exception cref="InputException">They are several numbers.</exception>
    internal void RequireAnswers(string source)
    {
        if (ProblemType == RegressionType && NumLabels > 1)
            throw new InputException($"{source}: {FileName}: problem_type: expected a classification for {NumLabels} labels, found {RegressionType}.");
    }

    /// <summary>Checks every value's range and that they fit together; reading a file does this.</summary>
    /// <param name="source">What the message names as the place of the error, e.g. the file.</param>
    /// <exception cref="InputException">A value is out of range; the message names source, key, expected and found.</exception>
    public abstract void Check(string source);

    /// <summary>This configuration with one probability for all its dropouts.</summary>
    public abstract ModelConfig WithDropout(double probability);

    /// <summary>A classifier, or with one output a regression, whose weights are not there yet.</summary>
    public abstract SequenceClassifier CreateClassifier(IBackend backend, int outputs);

    /// <summary>A model that finds answers, whose weights are not there yet.</summary>
    public abstract SpanExtractor CreateSpanExtractor(IBackend backend);

    /// <summary>A masked language model, whose weights are not there yet.</summary>
    public abstract MaskedLanguageModel CreateMaskedLM(IBackend backend);

    /// <summary>Whether a tensor of a file is no weight of its own: a stored range of positions, or a copy of a tied tensor.</summary>
    public abstract bool IsDerived(string tensor);

    /// <summary>Whether a tensor of a file has a row, or a number, for each token of the vocabulary.</summary>
    public abstract bool IsByToken(string tensor);

    /// <summary>This configuration for a vocabulary of another size.</summary>
    /// <param name="size">Tokens.</param>
    /// <param name="padTokenId">The padding token's id there.</param>
    public abstract ModelConfig WithVocabulary(int size, int padTokenId);

    /// <summary>Writes <c>config.json</c> into a folder, with the keys of <see cref="Extra"/>; transformers loads it.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string folder)
    {
        var json = (JsonObject)Extra.DeepClone();

        // Sprout stores single precision, whatever it read; the key's name depends on the version of transformers.
        foreach (string key in new[] { "dtype", "torch_dtype" })
            if (json.ContainsKey(key)) json[key] = "float32";
        json["model_type"] = ModelType;
        json["vocab_size"] = VocabSize;
        json["hidden_size"] = HiddenSize;
        json["num_hidden_layers"] = NumHiddenLayers;
        json["num_attention_heads"] = NumAttentionHeads;
        json["intermediate_size"] = IntermediateSize;
        json["max_position_embeddings"] = MaxPositionEmbeddings;
        json["initializer_range"] = InitializerRange;
        json["pad_token_id"] = PadTokenId;
        if (SproutLayers is not null)
            json[LayersKey] = new JsonArray([.. SproutLayers.Select(size => new JsonObject { ["heads"] = size.Heads, ["neurons"] = size.Neurons })]);
        if (ProblemType is not null) json["problem_type"] = ProblemType;
        if (Architectures is not null) json["architectures"] = new JsonArray([.. Architectures.Select(name => JsonValue.Create(name))]);
        if (Id2Label is not null)
            json["id2label"] = new JsonObject(Id2Label.Select((name, id) => KeyValuePair.Create(id.ToString(CultureInfo.InvariantCulture), (JsonNode?)name)));
        if (Label2Id is not null)
            json["label2id"] = new JsonObject(Label2Id.OrderBy(pair => pair.Value).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        Write(json);
        JsonFile.WriteSorted(Path.Combine(folder, FileName), json);
    }

    /// <summary>Writes the keys that only this architecture has.</summary>
    protected abstract void Write(JsonObject json);
}
