// Matrices that are pruned by the same scores.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Pruning;

/// <summary>
/// One or more matrices and the scores S that decide their masks: one score a block of one matrix, or one a head or neuron that has a block in each of
/// several (Lagunas et al. 2021, section 3). Score i stands for block i of every matrix, counted row by row. Methods write <see cref="Bits"/> or
/// <see cref="Gates"/>, of the scores' layout, and install them.
/// </summary>
public sealed class PrunedGroup : IDisposable
{
    private readonly IBackend backend;
    private IntTensor? bits;
    private Tensor? gates;
    private bool usesGates;
    private long? kept;

    private PrunedGroup(int index, string scores, Shape? shape, params (Linear Layer, BlockShape Block)[] parts)
    {
        Index = index;
        Matrices = [.. parts.Select((part, i) => new MaskedMatrix(this, part.Layer, index + i, part.Block))];
        backend = Matrices[0].Layer.Weight.Backend;
        Scores = new Parameter(backend, shape ?? Matrices[0].Grid, $"{CommonName(Matrices)}.{scores}");
        KeepAll();
    }

    /// <summary>The place of the group's first matrix among all pruned ones, in the order of ties.</summary>
    public int Index { get; }

    /// <summary>
    /// S: of one matrix, the grid of its blocks, named "&lt;module&gt;.mask_scores"; of heads and neurons, [1, count], named after what the modules' names
    /// have in common, "&lt;layer&gt;.attention.head_scores" and "&lt;layer&gt;.neuron_scores".
    /// </summary>
    public Parameter Scores { get; }

    /// <summary>The matrices, one or more.</summary>
    public IReadOnlyList<MaskedMatrix> Matrices { get; }

    /// <summary>Entries, of all matrices together, that a score stands for.</summary>
    public long ScoreSize => Matrices.Sum(matrix => matrix.Block.Count);

    /// <summary>Scores that the present masks keep: bits that are set, gates above 0. Waits for the device when the method did not tell.</summary>
    public long Kept => kept ??= CountKept();

    /// <summary>One bit a score, laid out as <see cref="Mask.Bits"/>, for a kernel to write; <see cref="UseBits"/> installs it.</summary>
    public IntTensor Bits => bits ??= HasEntries ? Matrices[0].BitMask.Bits! : IntTensor.Rent(backend, Mask.WordsOf(Scores.Shape.Count));

    /// <summary>One factor a score in [0, 1], for a kernel to write; <see cref="UseGates"/> installs it.</summary>
    public Tensor Gates => gates ??= HasEntries ? Matrices[0].GateMask.Gates! : Tensor.Rent(backend, Scores.Shape);

    /// <summary>Whether every score stands for a single entry; bits and gates are then those of the matrix itself.</summary>
    internal bool HasEntries => ScoreSize == 1;

    /// <summary>Whether any of the matrices has a gradient.</summary>
    internal bool HasGradient => Matrices.Any(matrix => matrix.Layer.Weight.Grad is not null);

    /// <summary>One score a block of one matrix; scores of 0, everything is kept.</summary>
    /// <param name="layer">The layer, in a model whose parameters have their names.</param>
    /// <param name="index">The matrix's place among all pruned ones.</param>
    /// <param name="block">The part that shares one score.</param>
    /// <exception cref="OptionException">The block does not divide the matrix; the message names it.</exception>
    public static PrunedGroup OfBlocks(Linear layer, int index, BlockShape block) => new(index, "mask_scores", shape: null, (layer, block));

    /// <summary>One score a head, for its rows of query, key and value and its columns of the output; scores of 0, everything is kept.</summary>
    /// <param name="attention">The four matrices, in a model whose parameters have their names.</param>
    /// <param name="index">The query's place among all pruned matrices; the others follow.</param>
    public static PrunedGroup OfHeads(AttentionMatrices attention, int index)
    {
        ArgumentNullException.ThrowIfNull(attention);
        Shape shape = attention.Query.Weight.Shape;
        BlockShape rows = new(attention.HeadSize, shape[1]), columns = new(attention.Output.Weight.Shape[0], rows.Rows);
        return new PrunedGroup(
            index, "head_scores", new Shape(1, attention.Heads),
            (attention.Query, rows), (attention.Key, rows), (attention.Value, rows), (attention.Output, columns));
    }

    /// <summary>One score a neuron, for its row of the first and its column of the second matrix; scores of 0, everything is kept.</summary>
    /// <param name="feedForward">The two matrices, in a model whose parameters have their names.</param>
    /// <param name="index">The first one's place among all pruned matrices; the second follows.</param>
    public static PrunedGroup OfNeurons(FeedForwardMatrices feedForward, int index)
    {
        ArgumentNullException.ThrowIfNull(feedForward);
        (Shape first, Shape second) = (feedForward.First.Weight.Shape, feedForward.Second.Weight.Shape);
        return new PrunedGroup(
            index, "neuron_scores", new Shape(1, first[0]),
            (feedForward.First, new BlockShape(1, first[1])), (feedForward.Second, new BlockShape(second[0], 1)));
    }

    /// <summary>Installs no mask: the layers' products are dense.</summary>
    public void KeepAll()
    {
        foreach (MaskedMatrix matrix in Matrices) matrix.Layer.Factor.Mask = null;
        kept = Scores.Shape.Count;
    }

    /// <summary>Installs the masks of <see cref="Bits"/>.</summary>
    /// <param name="keptScores">How many bits are set, if that is known; saves waiting for the device when it is asked for.</param>
    public void UseBits(long? keptScores = null)
    {
        if (keptScores is < 0 || keptScores > Scores.Shape.Count)
            throw new ArgumentOutOfRangeException(nameof(keptScores), $"{Scores.Name}: expected 0 to {Scores.Shape.Count} scores, found {keptScores}.");
        foreach (MaskedMatrix matrix in Matrices)
        {
            if (!HasEntries) backend.ExpandBits(Bits, matrix.Shape, matrix.Block.Rows, matrix.Block.Columns, matrix.BitMask.Bits!);
            matrix.Layer.Factor.Mask = matrix.BitMask;
        }

        usesGates = false;
        kept = keptScores;
    }

    /// <summary>Installs the masks of <see cref="Gates"/>.</summary>
    public void UseGates()
    {
        foreach (MaskedMatrix matrix in Matrices)
        {
            using Tensor blocks = Gates.Slice(0, matrix.Grid);
            if (!HasEntries) backend.ExpandBlocks(blocks, matrix.Block.Rows, matrix.Block.Columns, matrix.GateMask.Gates!);
            matrix.Layer.Factor.Mask = matrix.GateMask;
        }

        usesGates = true;
        kept = null;
    }

    /// <summary>Fills the scores with numbers uniform in (low, high) that depend on the seed and the group's index alone.</summary>
    public void FillUniform(ulong seed, double low, double high)
    {
        var random = new RandomStream(seed, RandomStreams.Of(RandomPurpose.InitialScores, (uint)Index));
        var row = new float[Scores.Shape.Columns];
        for (int i = 0; i < Scores.Shape.Rows; i++)
        {
            for (int j = 0; j < row.Length; j++) row[j] = (float)(low + ((high - low) * Philox.UniformOpen(random.NextUInt())));
            using Tensor target = Scores.Value.Slice((long)i * row.Length, new Shape(row.Length));
            target.CopyFrom(row);
        }
    }

    /// <summary>Writes Σ |W| over the entries of each score, in all matrices.</summary>
    /// <param name="sums">Shape of the scores.</param>
    public void SumWeights(Tensor sums) => Sum(Matrices.Select(matrix => (matrix, matrix.Layer.Weight.Value, (Tensor?)null)), sums);

    /// <summary>Makes the masks permanent and takes them out of the layers; see <see cref="MaskedMatrix.Fold"/>.</summary>
    public void Fold()
    {
        kept = Kept;
        foreach (MaskedMatrix matrix in Matrices) matrix.Fold();
    }

    /// <summary>Writes Σ ∂L/∂W' ⊙ W over the entries of each score, masked ones too, in all matrices that have a gradient: at least one.</summary>
    /// <param name="sums">Shape of the scores.</param>
    internal void SumGradients(Tensor sums)
    {
        IEnumerable<MaskedMatrix> learning = Matrices.Where(matrix => matrix.Layer.Weight.Grad is not null);
        Sum(learning.Select(matrix => (matrix, matrix.Layer.Weight.Grad!, (Tensor?)matrix.Layer.Weight.Value)), sums);
    }

    /// <summary>Takes the masks out of the layers and gives them and the scores back to the device.</summary>
    public void Dispose()
    {
        if (!HasEntries)
        {
            bits?.Dispose();
            gates?.Dispose();
        }

        foreach (MaskedMatrix matrix in Matrices) matrix.Dispose();
        Scores.Dispose();
    }

    // What the modules' names have in common: of query and attention output "bert.encoder.layer.0.attention".
    private static string CommonName(IEnumerable<MaskedMatrix> matrices) => string.Join('.', matrices.Select(matrix => matrix.Name.Split('.')).Aggregate(
        (all, name) => [.. all.Zip(name).TakeWhile(pair => pair.First == pair.Second).Select(pair => pair.First)]));

    private void Sum(IEnumerable<(MaskedMatrix Matrix, Tensor X, Tensor? Y)> terms, Tensor sums)
    {
        bool isFirst = true;
        foreach ((MaskedMatrix matrix, Tensor x, Tensor? y) in terms)
        {
            using Tensor term = isFirst ? sums.Slice(0, matrix.Grid) : Tensor.Rent(backend, matrix.Grid);
            backend.BlockSum(x, y, matrix.Block.Rows, matrix.Block.Columns, term);
            if (!isFirst)
            {
                using Tensor view = term.Slice(0, sums.Shape);
                backend.AddScaled(view, 1f, sums);
            }

            isFirst = false;
        }
    }

    private long CountKept()
    {
        long count = Scores.Shape.Count;
        if (!usesGates) return backend.CountBits(Bits, count);
        using IntTensor open = IntTensor.Rent(backend, Mask.WordsOf(count));
        backend.Threshold(Gates, 0f, 0, open);
        return backend.CountBits(open, count);
    }
}
