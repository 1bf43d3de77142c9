// The encoder with its embeddings and pooler.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models.Architectures;

/// <summary>BERT (Devlin et al. 2019; transformers' <c>BertModel</c>): embeddings, encoder layers and, where a head needs it, the pooler.</summary>
public sealed class BertModel : Encoder
{
    /// <summary>What a BERT's parameters are called by in a model with a head.</summary>
    internal const string Prefix = "bert.";

    private readonly BertConfig config;
    private readonly Embedding wordEmbeddings, positionEmbeddings, typeEmbeddings;
    private readonly LayerNorm embeddingNorm;
    private readonly Linear? pooler;
    private readonly BertLayer[] layers;

    /// <summary>A model of zeros.</summary>
    public BertModel(IBackend backend, BertConfig config, bool pooler)
    {
        this.config = config;
        wordEmbeddings = Add("embeddings.word_embeddings", new Embedding(backend, config.VocabSize, config.HiddenSize));
        positionEmbeddings = Add("embeddings.position_embeddings", new Embedding(backend, config.MaxPositionEmbeddings, config.HiddenSize));
        typeEmbeddings = Add("embeddings.token_type_embeddings", new Embedding(backend, config.TypeVocabSize, config.HiddenSize));
        embeddingNorm = Add("embeddings.LayerNorm", new LayerNorm(backend, config.HiddenSize, (float)config.LayerNormEps));
        layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Add($"encoder.layer.{i}", new BertLayer(backend, config, config.SizeOf(i))))];
        if (pooler) this.pooler = Add("pooler.dense", new Linear(backend, config.HiddenSize, config.HiddenSize));
    }

    /// <inheritdoc/>
    public override ModelConfig Config => config;

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderLayer> Layers => layers;

    /// <summary>The word table [V, H].</summary>
    public Parameter WordEmbeddings => wordEmbeddings.Weight;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> EmbeddingParameters =>
        [wordEmbeddings.Weight, positionEmbeddings.Weight, typeEmbeddings.Weight, embeddingNorm.Weight, embeddingNorm.Bias];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> OptionalParameters => pooler?.Parameters() ?? [];

    /// <summary>tanh(W · state + b) of the first tokens' states [B, H].</summary>
    /// <exception cref="InvalidOperationException">The model was made without a pooler.</exception>
    public Variable Pool(Tape tape, Variable firstTokens)
    {
        if (pooler is null) throw new InvalidOperationException("This model has no pooler.");
        return pooler.Forward<Tanh>(tape, firstTokens);
    }

    /// <inheritdoc/>
    protected override Variable Embed(Tape tape, Batch batch)
    {
        batch.RequireWithin("BertModel", config.VocabSize, config.TypeVocabSize, config.MaxPositionEmbeddings);
        Variable sum = EmbeddingFunction.Apply(
            tape, (wordEmbeddings.Weight, batch.Ids), (positionEmbeddings.Weight, batch.Positions), (typeEmbeddings.Weight, batch.Types));
        return DropoutFunction.Apply(tape, embeddingNorm.Forward(tape, sum), (float)config.HiddenDropoutProb);
    }
}
