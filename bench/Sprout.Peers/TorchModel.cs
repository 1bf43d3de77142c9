// BERT for classification in libtorch.
using System.Globalization;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Sprout.Peers;

/// <summary>
/// BERT for classification, as fast as libtorch allows: one product for query, key and value, dropout by random bytes of .NET, masks outside of the graph. With
/// movement pruning its embeddings are frozen, as in Sprout.
/// </summary>
internal sealed class TorchModel
{
    // What TorchSharp does not bind; 6 is single precision.
    private const string Script = """
        def rows(table: Tensor, i: Tensor):
            return torch.embedding(table, i)
        def scores(query: Tensor, key: Tensor, scale: float):
            return torch.baddbmm(torch.empty([1, 1, 1], dtype=6), query, key.transpose(1, 2), beta=0, alpha=scale)

        """;

    private readonly BertConfig config;
    private readonly Tensor words, positions, types;
    private readonly Norm embeddingNorm;
    private readonly Layer[] layers;
    private readonly TorchLinear pooler, classifier;
    private readonly List<TorchLinear> linears = [];
    private readonly TorchWeights weights;
    private readonly jit.CompilationUnit script = jit.compile(Script);
    private readonly Random random = new(42);

    /// <summary>A model.</summary>
    /// <param name="source">Its weights.</param>
    /// <param name="density">Kept share of every matrix by movement pruning; null: nothing is pruned.</param>
    /// <param name="firsts">Whether only the first tokens ask in the last layer, which are all that the pooler reads.</param>
    public TorchModel(ModelSource source, double? density, bool firsts)
    {
        config = (BertConfig)source.Config;
        weights = new TorchWeights(source);
        bool frozen = density is not null;
        const string embeddings = "bert.embeddings";
        words = weights.Add($"{embeddings}.word_embeddings.weight", frozen);
        positions = weights.Add($"{embeddings}.position_embeddings.weight", frozen);
        types = weights.Add($"{embeddings}.token_type_embeddings.weight", frozen);
        embeddingNorm = NormOf($"{embeddings}.LayerNorm", frozen);
        layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => LayerOf(i, density, firsts && i == config.NumHiddenLayers - 1))];
        pooler = Add(null, "bert.pooler.dense");
        classifier = Add(null, "classifier");
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Trained> Trained => weights.Trained;

    /// <summary>Share of the masked weights that masks keep; null without masks.</summary>
    public double? Kept => linears.Sum(linear => linear.Count.Size) is > 0 and long size ? linears.Sum(linear => linear.Count.Kept) / (double)size : null;

    /// <summary>Computes the masks.</summary>
    public void Select() => linears.ForEach(linear => linear.Select());

    /// <summary>Makes gradients of weights and scores of those of masked weights.</summary>
    public void SplitGradients() => linears.ForEach(linear => linear.SplitGradient());

    /// <summary>Forgets all gradients.</summary>
    public void ClearGradients()
    {
        foreach (Trained one in weights.Trained) one.Value.grad = null;
    }

    /// <summary>The logits [count, labels].</summary>
    public Tensor Forward(TorchBatch batch, bool training)
    {
        Tensor places = batch.Packed is { } packed ? Rows(positions, packed.Positions) : positions.slice(0, 0, batch.Length, 1).repeat(batch.Count, 1);
        Tensor x = Drop(embeddingNorm.Apply(Rows(words, batch.Ids) + places + types[0]), training);
        foreach (Layer layer in layers)
        {
            Tensor asking = layer.Query is null ? x : x.index_select(0, batch.Firsts);
            Tensor attended = layer.Output.Forward(Attend(layer, x, asking, batch, training));
            x = layer.AttentionNorm.Apply(asking + Drop(attended, training));
            x = layer.OutputNorm.Apply(x + Drop(layer.Down.Forward(F.gelu(layer.Up.Forward(x))), training));
        }

        Tensor firsts = layers[^1].Query is null ? x.index_select(0, batch.Firsts) : x;
        return classifier.Forward(Drop(pooler.Forward(firsts).tanh(), training));
    }

    private Tensor Attend(Layer layer, Tensor x, Tensor asking, TorchBatch batch, bool training)
    {
        int heads = config.NumAttentionHeads, size = config.HiddenSize / heads, count = batch.Count;
        // [parts, count · heads, length, size]
        Tensor stacked = Spread(layer.Inputs.Forward(x), batch).view(count, batch.Length, -1, heads, size).permute(2, 0, 3, 1, 4);
        Tensor[] parts = [.. stacked.contiguous().view(-1, (long)count * heads, batch.Length, size).unbind(0)];
        Tensor query = layer.Query is null ? parts[0] : layer.Query.Forward(asking).view((long)count * heads, 1, size);
        Tensor scores = script.invoke<Tensor>("scores", query, parts[^2], 1 / Math.Sqrt(size));
        if (batch.Bias is not null) scores = (scores.view(count, heads, -1, batch.Length) + batch.Bias).view(scores.shape);
        Tensor context = Drop(scores.softmax(-1), training).bmm(parts[^1]).view(count, heads, -1, size).transpose(1, 2).reshape(-1, config.HiddenSize);
        return layer.Query is null && batch.Packed is { } packed ? context.index_select(0, packed.Rows) : context;
    }

    // Packed tokens padded: attention alone needs them so.
    private static Tensor Spread(Tensor x, TorchBatch batch) =>
        batch.Packed is { } packed ? zeros(batch.Count * (long)batch.Length, x.shape[1]).index_copy(0, packed.Rows, x) : x;

    private Tensor Rows(Tensor table, Tensor indices) => script.invoke<Tensor>("rows", table, indices);

    // A random byte decides an element: libtorch draws its numbers one by one, on one thread.
    private Tensor Drop(Tensor x, bool training)
    {
        if (!training) return x;
        byte kept = (byte)Math.Round(256 * (1 - config.HiddenDropoutProb));
        using IDisposable off = no_grad();
        Tensor bytes = empty(x.shape, dtype: uint8);
        random.NextBytes(bytes.bytes);
        Tensor factors = bytes.lt(kept).to(float32).mul_(256f / kept);
        using IDisposable on = enable_grad();
        return x * factors;
    }

    private Layer LayerOf(int number, double? density, bool firsts)
    {
        string layer = string.Create(CultureInfo.InvariantCulture, $"bert.encoder.layer.{number}"), self = $"{layer}.attention.self";
        return new Layer(
            firsts ? Add(density, $"{self}.query") : null,
            firsts ? Add(density, $"{self}.key", $"{self}.value") : Add(density, $"{self}.query", $"{self}.key", $"{self}.value"),
            Add(density, $"{layer}.attention.output.dense"), NormOf($"{layer}.attention.output.LayerNorm"),
            Add(density, $"{layer}.intermediate.dense"), Add(density, $"{layer}.output.dense"), NormOf($"{layer}.output.LayerNorm"));
    }

    private TorchLinear Add(double? density, params string[] names)
    {
        linears.Add(new TorchLinear(weights, density, names));
        return linears[^1];
    }

    private Norm NormOf(string name, bool frozen = false) =>
        new(weights.Add($"{name}.weight", frozen), weights.Add($"{name}.bias", frozen), config.LayerNormEps);

    private sealed record Norm(Tensor Gain, Tensor Bias, double Epsilon)
    {
        public Tensor Apply(Tensor x) => F.layer_norm(x, [x.shape[^1]], Gain, Bias, Epsilon);
    }

    // Query is a layer of its own where only first tokens ask; Inputs has what all tokens go through.
    private sealed record Layer(
        TorchLinear? Query, TorchLinear Inputs, TorchLinear Output, Norm AttentionNorm, TorchLinear Up, TorchLinear Down, Norm OutputNorm);
}
