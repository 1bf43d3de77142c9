// config.json of a BERT model.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Bert;

/// <summary>
/// The sizes and settings of a BERT model, with the keys, defaults and meanings of transformers' <c>BertConfig</c>
/// (<c>configuration_bert.py</c>). Property names are the keys in Pascal case.
/// </summary>
public sealed record BertConfig
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "config.json";

    private const int MaxLayers = 1024;
    private const int MaxLabels = 1 << 20;

    private static readonly string[] ProblemTypes = ["regression", "single_label_classification", "multi_label_classification"];

    // The first name of an activation is the one that is written.
    private static readonly (string Name, HiddenActivation Activation)[] Activations =
    [
        ("gelu", HiddenActivation.Gelu), ("gelu_new", HiddenActivation.GeluTanh), ("gelu_pytorch_tanh", HiddenActivation.GeluTanh), ("relu", HiddenActivation.Relu),
    ];

    /// <summary>Tokens in the vocabulary, V.</summary>
    public int VocabSize { get; init; } = 30522;

    /// <summary>Width of the residual stream, C; a multiple of <see cref="NumAttentionHeads"/>.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Encoder layers, 1 to 1024.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Attention heads a layer, H.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width between the two feed-forward products.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation between the two feed-forward products.</summary>
    public HiddenActivation HiddenAct { get; init; } = HiddenActivation.Gelu;

    /// <summary>Dropout probability of embeddings and residual branches, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout probability of the attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout probability before the classifier, in [0, 1); null means <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Segments that a token can belong to.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Added to the variance in every layer norm; above 0, at most 1.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

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

    /// <summary>Class names of the model code, e.g. <c>BertForSequenceClassification</c>; null when not given.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Every other key of the file, kept as it is by <see cref="Save"/>.</summary>
    public JsonObject Extra { get; init; } = [];

    /// <summary>Outputs of a classifier: the number of labels, or 2 when none are named, as in transformers.</summary>
    public int NumLabels => Id2Label?.Count ?? 2;

    /// <summary>Width of one attention head: hidden size by heads.</summary>
    public int HeadSize => HiddenSize / NumAttentionHeads;

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="InputException">The file cannot be read or describes a model that Sprout cannot build; the message names file, key, expected and found.</exception>
    public static BertConfig Load(string folder) => FromFile(Path.Combine(folder, FileName));

    /// <summary>Reads a configuration; absent keys have transformers' defaults.</summary>
    /// <exception cref="InputException">As <see cref="Load"/>.</exception>
    public static BertConfig FromFile(string path)
    {
        JsonObject json = JsonFile.ReadObject(path);
        var reader = new ConfigReader(json, path);
        CheckKind(reader);
        var config = new BertConfig
        {
            VocabSize = reader.Int("vocab_size", 30522),
            HiddenSize = reader.Int("hidden_size", 768),
            NumHiddenLayers = reader.Int("num_hidden_layers", 12),
            NumAttentionHeads = reader.Int("num_attention_heads", 12),
            IntermediateSize = reader.Int("intermediate_size", 3072),
            HiddenAct = ReadActivation(reader),
            HiddenDropoutProb = reader.Number("hidden_dropout_prob") ?? 0.1,
            AttentionProbsDropoutProb = reader.Number("attention_probs_dropout_prob") ?? 0.1,
            ClassifierDropout = reader.Number("classifier_dropout"),
            MaxPositionEmbeddings = reader.Int("max_position_embeddings", 512),
            TypeVocabSize = reader.Int("type_vocab_size", 2),
            LayerNormEps = reader.Number("layer_norm_eps") ?? 1e-12,
            InitializerRange = reader.Number("initializer_range") ?? 0.02,
            PadTokenId = reader.Int("pad_token_id", 0),
            ProblemType = reader.Text("problem_type"),
            Architectures = reader.Texts("architectures"),
            Extra = json,
        };
        config = ReadLabels(config, reader);
        config.Check(path);
        return config;
    }

    /// <summary>Writes <c>config.json</c> into a folder, with the keys of <see cref="Extra"/>; transformers loads it.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string folder)
    {
        var json = (JsonObject)Extra.DeepClone();

        // Sprout stores single precision, whatever it read; the key's name depends on the version of transformers.
        foreach (string key in new[] { "dtype", "torch_dtype" })
            if (json.ContainsKey(key)) json[key] = "float32";
        json["model_type"] = "bert";
        json["vocab_size"] = VocabSize;
        json["hidden_size"] = HiddenSize;
        json["num_hidden_layers"] = NumHiddenLayers;
        json["num_attention_heads"] = NumAttentionHeads;
        json["intermediate_size"] = IntermediateSize;
        json["hidden_act"] = Activations.First(pair => pair.Activation == HiddenAct).Name;
        json["hidden_dropout_prob"] = HiddenDropoutProb;
        json["attention_probs_dropout_prob"] = AttentionProbsDropoutProb;
        json["classifier_dropout"] = ClassifierDropout;
        json["max_position_embeddings"] = MaxPositionEmbeddings;
        json["type_vocab_size"] = TypeVocabSize;
        json["layer_norm_eps"] = LayerNormEps;
        json["initializer_range"] = InitializerRange;
        json["pad_token_id"] = PadTokenId;
        if (ProblemType is not null) json["problem_type"] = ProblemType;
        if (Architectures is not null) json["architectures"] = new JsonArray([.. Architectures.Select(name => JsonValue.Create(name))]);
        if (Id2Label is not null)
            json["id2label"] = new JsonObject(Id2Label.Select((name, id) => KeyValuePair.Create(id.ToString(CultureInfo.InvariantCulture), (JsonNode?)name)));
        if (Label2Id is not null)
            json["label2id"] = new JsonObject(Label2Id.OrderBy(pair => pair.Value).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        JsonFile.WriteSorted(Path.Combine(folder, FileName), json);
    }

    /// <summary>Checks every value's range and that they fit together; reading a file does this.</summary>
    /// <param name="source">What the message names as the place of the error, e.g. the file.</param>
    /// <exception cref="InputException">A value is out of range; the message names source, key, expected and found.</exception>
    public void Check(string source)
    {
        Range(source, "vocab_size", VocabSize, 1, int.MaxValue);
        Range(source, "hidden_size", HiddenSize, 1, int.MaxValue);
        Range(source, "num_hidden_layers", NumHiddenLayers, 1, MaxLayers);
        Range(source, "num_attention_heads", NumAttentionHeads, 1, HiddenSize);
        Range(source, "intermediate_size", IntermediateSize, 1, int.MaxValue);
        Range(source, "max_position_embeddings", MaxPositionEmbeddings, 1, int.MaxValue);
        Range(source, "type_vocab_size", TypeVocabSize, 1, int.MaxValue);
        Range(source, "pad_token_id", PadTokenId, 0, VocabSize - 1);
        if (HiddenSize % NumAttentionHeads != 0)
            throw Wrong(source, "hidden_size", $"a multiple of num_attention_heads {NumAttentionHeads}", $"{HiddenSize}");
        Product(source, "vocab_size", VocabSize);
        Product(source, "hidden_size", HiddenSize);
        Product(source, "intermediate_size", IntermediateSize);
        Product(source, "max_position_embeddings", MaxPositionEmbeddings);
        Product(source, "type_vocab_size", TypeVocabSize);
        Probability(source, "hidden_dropout_prob", HiddenDropoutProb);
        Probability(source, "attention_probs_dropout_prob", AttentionProbsDropoutProb);
        Probability(source, "classifier_dropout", ClassifierDropout ?? 0);
        if (!(LayerNormEps is > 0 and <= 1)) throw Wrong(source, "layer_norm_eps", "a number above 0 and at most 1", Text(LayerNormEps));
        if (!(InitializerRange is >= 0 and <= 1)) throw Wrong(source, "initializer_range", "a number from 0 to 1", Text(InitializerRange));
        if (!Enum.IsDefined(HiddenAct)) throw Wrong(source, "hidden_act", "a known activation", $"{HiddenAct}");
        if (ProblemType is not null && !ProblemTypes.Contains(ProblemType))
            throw Wrong(source, "problem_type", $"one of {string.Join(", ", ProblemTypes)}", $"\"{ProblemType}\"");
        if (Id2Label is { Count: 0 }) throw Wrong(source, "id2label", "at least one label", "none");
        foreach ((string name, int id) in Label2Id ?? new Dictionary<string, int>())
            if (id < 0 || id >= NumLabels) throw Wrong(source, "label2id", $"ids from 0 to {NumLabels - 1}", $"{id} for \"{name}\"");
    }

    private static void CheckKind(ConfigReader reader)
    {
        // Files of Google's first release have no model_type.
        if (reader.Text("model_type") is { } type && type != "bert") throw reader.Wrong("model_type", "\"bert\"", $"\"{type}\"");
        reader.Refuse("position_embedding_type", node => !IsText(node, "absolute"), "\"absolute\"");
        reader.Refuse("is_decoder", node => node.GetValueKind() != JsonValueKind.False, "false: Sprout builds encoders");
        reader.Refuse("add_cross_attention", node => node.GetValueKind() != JsonValueKind.False, "false: Sprout builds encoders");
        reader.Refuse("pruned_heads", node => node is not JsonObject { Count: 0 }, "an empty object: every head present");
    }

    private static bool IsText(JsonNode node, string text) => node is JsonValue value && value.TryGetValue(out string? found) && found == text;

    private static HiddenActivation ReadActivation(ConfigReader reader)
    {
        string name = reader.Text("hidden_act") ?? "gelu";
        foreach ((string known, HiddenActivation activation) in Activations)
            if (known == name) return activation;
        throw reader.Wrong("hidden_act", $"one of {string.Join(", ", Activations.Select(pair => pair.Name))}", $"\"{name}\"");
    }

    private static BertConfig ReadLabels(BertConfig config, ConfigReader reader)
    {
        List<string>? names = reader.NumberedTexts("id2label");
        Dictionary<string, int>? ids = reader.NamedInts("label2id");
        int count = reader.Int("num_labels", 2);
        if (count < 1 || count > MaxLabels) throw reader.Wrong("num_labels", $"an integer from 1 to {MaxLabels}", $"{count}");
        if (names is null && ids is null && count != 2)
        {
            names = [.. Enumerable.Range(0, count).Select(id => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}"))];
        }

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

        return config with { Id2Label = names, Label2Id = ids };
    }

    private static void Range(string source, string key, int value, int least, int most)
    {
        if (value < least || value > most) throw Wrong(source, key, $"an integer from {least} to {most}", $"{value}");
    }

    // Each of these is one side of a matrix whose other side is the hidden size.
    private void Product(string source, string key, int value)
    {
        if ((long)value * HiddenSize > int.MaxValue)
            throw Wrong(source, key, $"at most {int.MaxValue} elements in a matrix with hidden_size {HiddenSize}", $"{value} × {HiddenSize}");
    }

    private static void Probability(string source, string key, double value)
    {
        if (!(value is >= 0 and < 1)) throw Wrong(source, key, "a probability of at least 0 and below 1", Text(value));
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static InputException Wrong(string source, string key, string expected, string found) => new($"{source}: {key}: expected {expected}, found {found}.");
}
