// config.json of a BERT model.
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Models.Architectures;

/// <summary>
/// The sizes and settings of a BERT model, with the keys, defaults and meanings of transformers' <c>BertConfig</c>
/// (<c>configuration_bert.py</c>).
/// </summary>
public sealed record BertConfig : ModelConfig
{
    /// <summary><c>model_type</c> of a BERT.</summary>
    public const string Type = "bert";

    // The first name of an activation is the one that is written.
    private static readonly (string Name, HiddenActivation Activation)[] Activations =
    [
        ("gelu", HiddenActivation.Gelu), ("gelu_new", HiddenActivation.GeluTanh), ("gelu_pytorch_tanh", HiddenActivation.GeluTanh),
        ("relu", HiddenActivation.Relu),
    ];

    /// <inheritdoc/>
    public override string ModelType => Type;

    /// <inheritdoc/>
    public override int Segments => TypeVocabSize;

    /// <summary>Activation between the two feed-forward products.</summary>
    public HiddenActivation HiddenAct { get; init; } = HiddenActivation.Gelu;

    /// <summary>Dropout probability of embeddings and residual branches, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout probability of the attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout probability before the classifier, in [0, 1); null means <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Segments that a token can belong to.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Added to the variance in every layer norm; above 0, at most 1.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    // A decoder that is not tied is a weight of its own.
    private bool IsTied => !(Extra["tie_word_embeddings"] is JsonValue value && value.TryGetValue(out bool tied) && !tied);

    /// <summary>Reads a configuration; absent keys have transformers' defaults.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">
    /// The file cannot be read or describes a model that Sprout cannot build; the message names file, key, expected and found.
    /// </exception>
    public static BertConfig FromFile(string path) => Read(JsonFile.ReadObject(path), path);

    /// <summary>Reads a configuration from its JSON, which keeps what nobody takes.</summary>
    /// <exception cref="InputException">As <see cref="FromFile"/>.</exception>
    public static BertConfig Read(JsonObject json, string path)
    {
        var reader = new ConfigReader(json, path);
        CheckKind(reader);
        (IReadOnlyList<string>? names, IReadOnlyDictionary<string, int>? ids) = ConfigLabels.Read(reader);
        var config = new BertConfig
        {
            VocabSize = reader.Int("vocab_size", 30522),
            HiddenSize = reader.Int("hidden_size", 768),
            NumHiddenLayers = reader.Int("num_hidden_layers", 12),
            NumAttentionHeads = reader.Int("num_attention_heads", 12),
            IntermediateSize = reader.Int("intermediate_size", 3072),
            SproutLayers = reader.LayerSizes(LayersKey),
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
            Id2Label = names,
            Label2Id = ids,
            Extra = json,
        };
        config.Check(path);
        return config;
    }

    /// <inheritdoc/>
    public override void Check(string source)
    {
        var ranges = new ConfigRanges(source);
        ranges.Common(this);
        ranges.Range("type_vocab_size", TypeVocabSize, 1, int.MaxValue);
        ranges.Matrix("type_vocab_size", TypeVocabSize, HiddenSize);
        ranges.Probability("hidden_dropout_prob", HiddenDropoutProb);
        ranges.Probability("attention_probs_dropout_prob", AttentionProbsDropoutProb);
        ranges.Probability("classifier_dropout", ClassifierDropout ?? 0);
        ranges.Epsilon("layer_norm_eps", LayerNormEps);
        if (!Enum.IsDefined(HiddenAct)) throw ranges.Wrong("hidden_act", "a known activation", $"{HiddenAct}");
    }

    /// <inheritdoc/>
    public override ModelConfig WithDropout(double probability) =>
        this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability, ClassifierDropout = probability };

    /// <inheritdoc/>
    public override SequenceClassifier CreateClassifier(IBackend backend, int outputs) => new BertForSequenceClassification(backend, this, outputs);

    /// <inheritdoc/>
    public override SpanExtractor CreateSpanExtractor(IBackend backend) => new BertForQuestionAnswering(backend, this);

    /// <inheritdoc/>
    /// <exception cref="InputException">The decoder is not tied to the word embeddings.</exception>
    public override MaskedLanguageModel CreateMaskedLM(IBackend backend) => IsTied
        ? new BertForMaskedLM(backend, this)
        : throw new InputException(
            $"{FileName}: tie_word_embeddings: expected true, because Sprout's masked language model decodes by the word embeddings, found false.");

    /// <inheritdoc/>
    public override bool IsDerived(string tensor) =>
        tensor.EndsWith("embeddings.position_ids", StringComparison.Ordinal)
            || (IsTied && tensor is "cls.predictions.decoder.weight" or "cls.predictions.decoder.bias");

    /// <inheritdoc/>
    public override bool IsByToken(string tensor) =>
        tensor.EndsWith("embeddings.word_embeddings.weight", StringComparison.Ordinal)
            || tensor is "cls.predictions.bias" or "cls.predictions.decoder.weight" or "cls.predictions.decoder.bias";

    /// <inheritdoc/>
    public override ModelConfig WithVocabulary(int size, int padTokenId) => this with { VocabSize = size, PadTokenId = padTokenId };

    /// <inheritdoc/>
    protected override void Write(JsonObject json)
    {
        json["hidden_act"] = Activations.First(pair => pair.Activation == HiddenAct).Name;
        json["hidden_dropout_prob"] = HiddenDropoutProb;
        json["attention_probs_dropout_prob"] = AttentionProbsDropoutProb;
        json["classifier_dropout"] = ClassifierDropout;
        json["type_vocab_size"] = TypeVocabSize;
        json["layer_norm_eps"] = LayerNormEps;
    }

    private static void CheckKind(ConfigReader reader)
    {
        // Files of Google's first release have no model_type.
        if (reader.Text("model_type") is { } type && type != Type) throw reader.Wrong("model_type", $"\"{Type}\"", $"\"{type}\"");
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
}
