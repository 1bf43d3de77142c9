// The encoder with its embeddings and pooler.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models;

/// <summary>BERT (Devlin et al. 2019; transformers' <c>BertModel</c>): embeddings, encoder layers and, where a head needs it, the pooler.</summary>
public sealed class BertModel : Module
{
    private readonly Embedding wordEmbeddings, positionEmbeddings, typeEmbeddings;
    private readonly LayerNorm embeddingNorm;
    private readonly List<BertLayer> layers = [];

    /// <summary>A model of zeros.</summary>
    public BertModel(IBackend backend, BertConfig config, bool pooler)
    {
        Config = config;
        wordEmbeddings = Add("embeddings.word_embeddings", new Embedding(backend, config.VocabSize, config.HiddenSize));
        positionEmbeddings = Add("embeddings.position_embeddings", new Embedding(backend, config.MaxPositionEmbeddings, config.HiddenSize));
        typeEmbeddings = Add("embeddings.token_type_embeddings", new Embedding(backend, config.TypeVocabSize, config.HiddenSize));
        embeddingNorm = Add("embeddings.LayerNorm", new LayerNorm(backend, config.HiddenSize, (float)config.LayerNormEps));
        for (int i = 0; i < config.NumHiddenLayers; i++) layers.Add(Add($"encoder.layer.{i}", new BertLayer(backend, config)));
        if (pooler) Pooler = Add("pooler.dense", new Linear(backend, config.HiddenSize, config.HiddenSize));
    }

    /// <summary>Sizes and settings.</summary>
    public BertConfig Config { get; }

    /// <summary>The encoder layers, first to last.</summary>
    public IReadOnlyList<BertLayer> Layers => layers;

    /// <summary>The pooler's matrix [H, H], or null when the head needs none.</summary>
    public Linear? Pooler { get; }

    /// <summary>The word table [V, H].</summary>
    public Parameter WordEmbeddings => wordEmbeddings.Weight;

    /// <summary>The three tables and their layer norm: what pruning freezes by default.</summary>
    public IReadOnlyList<Parameter> EmbeddingParameters =>
        [wordEmbeddings.Weight, positionEmbeddings.Weight, typeEmbeddings.Weight, embeddingNorm.Weight, embeddingNorm.Bias];

    /// <summary>The hidden states of the last layer [T, H].</summary>
    /// <exception cref="ArgumentException">A token id, segment or position is beyond the model's tables.</exception>
    public Variable Forward(Tape tape, Batch batch) => Encode(tape, batch, layers[^1].Forward);

    /// <summary>The hidden states of every sequence's first token in the last layer [B, H]: all that a classifier reads, so of the last layer no more is computed.</summary>
    /// <exception cref="ArgumentException">A token id, segment or position is beyond the model's tables.</exception>
    public Variable ForwardFirstTokens(Tape tape, Batch batch) => Encode(tape, batch, layers[^1].ForwardFirstTokens);

    /// <summary>tanh(W h + b) of the first tokens' hidden states [B, H].</summary>
    /// <exception cref="InvalidOperationException">The model was made without a pooler.</exception>
    public Variable Pool(Tape tape, Variable firstTokens)
    {
        if (Pooler is null) throw new InvalidOperationException("This model has no pooler.");
        return Pooler.Forward<Tanh>(tape, firstTokens);
    }

    private Variable Encode(Tape tape, Batch batch, Func<Tape, Variable, Batch, Variable> lastLayer)
    {
        if (batch.LargestId >= Config.VocabSize || batch.LargestType >= Config.TypeVocabSize || batch.LargestPosition >= Config.MaxPositionEmbeddings)
        {
            throw new ArgumentException(
                $"BertModel: expected ids below {Config.VocabSize}, types below {Config.TypeVocabSize} and at most {Config.MaxPositionEmbeddings} positions, " +
                $"found id {batch.LargestId}, type {batch.LargestType} and {batch.LargestPosition + 1} positions.");
        }

        int mark = tape.Mark();
        Variable sum = EmbeddingFunction.Apply(tape, (wordEmbeddings.Weight, batch.Ids), (positionEmbeddings.Weight, batch.Positions), (typeEmbeddings.Weight, batch.Types));
        Variable x = DropoutFunction.Apply(tape, embeddingNorm.Forward(tape, sum), (float)Config.HiddenDropoutProb);
        foreach (BertLayer layer in layers)
        {
            tape.Release(mark, x);
            x = layer == layers[^1] ? lastLayer(tape, x, batch) : layer.Forward(tape, x, batch);
        }

        tape.Release(mark, x);
        return x;
    }
}
