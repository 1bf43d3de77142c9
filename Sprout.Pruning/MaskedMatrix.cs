// One pruned weight matrix with its scores and its mask.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Pruning;

/// <summary>
/// One pruned weight matrix W [rows, columns] with its scores S, one a block, [rows / block rows, columns / block columns], and the mask that its layer uses.
/// Methods write <see cref="BlockBits"/> or <see cref="BlockGates"/>, of the scores' layout, and install them.
/// </summary>
public sealed class MaskedMatrix : IDisposable
{
    private const string WeightSuffix = ".weight";

    private readonly IBackend backend;
    private IntTensor? blockBits;
    private Tensor? blockGates;
    private Mask? bitMask, gateMask;
    private long? kept;

    /// <summary>A matrix with scores of 0 that keeps everything.</summary>
    /// <param name="layer">The layer, in a model whose parameters have their names.</param>
    /// <param name="index">The matrix's place among all pruned ones.</param>
    /// <param name="block">The part that shares one score.</param>
    /// <exception cref="OptionException">The block does not divide the matrix; the message names it.</exception>
    public MaskedMatrix(Linear layer, int index, BlockShape block)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        Index = index;
        Block = block;
        backend = layer.Weight.Backend;
        string weight = layer.Weight.Name;
        Name = weight.EndsWith(WeightSuffix, StringComparison.Ordinal) ? weight[..^WeightSuffix.Length] : weight;
        if (Shape[0] % block.Rows != 0 || Shape[1] % block.Columns != 0)
            throw OptionException.Of($"{new OptionName("Block")} {block} does not divide the matrix \"{weight}\" {Shape}.");
        Scores = new Parameter(backend, new Shape(Shape[0] / block.Rows, Shape[1] / block.Columns), $"{Name}.mask_scores");
        KeepAll();
    }

    /// <summary>The module's name in the model, such as "bert.encoder.layer.0.attention.self.query".</summary>
    public string Name { get; }

    /// <summary>The layer whose weight is pruned.</summary>
    public Linear Layer { get; }

    /// <summary>
    /// The matrix's place among all pruned ones, in the order of ties: layer; query, key, value, attention output, feed-forward in, feed-forward out.
    /// </summary>
    public int Index { get; }

    /// <summary>The part that shares one score.</summary>
    public BlockShape Block { get; }

    /// <summary>S, named "&lt;module&gt;.mask_scores".</summary>
    public Parameter Scores { get; }

    /// <summary>The extents of W.</summary>
    public Shape Shape => Layer.Weight.Shape;

    /// <summary>Entries of W.</summary>
    public long Size => Shape.Count;

    /// <summary>Entries of W that the present mask keeps: bits that are set, gates above 0. Waits for the device when the method did not tell.</summary>
    public long Kept => kept ??= CountKept();

    /// <summary>One bit a score, laid out as <see cref="Mask.Bits"/>, for a kernel to write; <see cref="UseBlockBits"/> installs it.</summary>
    public IntTensor BlockBits => blockBits ??= Block == BlockShape.Entry ? BitMask.Bits! : IntTensor.Rent(backend, Mask.WordsOf(Scores.Shape.Count));

    /// <summary>One factor a score in [0, 1], for a kernel to write; <see cref="UseBlockGates"/> installs it.</summary>
    public Tensor BlockGates => blockGates ??= Block == BlockShape.Entry ? GateMask.Gates! : Tensor.Rent(backend, Scores.Shape);

    private Mask BitMask => bitMask ??= Mask.OfBits(backend, Shape);

    private Mask GateMask => gateMask ??= Mask.OfGates(backend, Shape);

    /// <summary>
    /// Makes the masked weight ready for the products of one training step, where so little is left that a list of it is faster; <see cref="ForgetSparse"/> ends
    /// that. Results are the same bits.
    /// </summary>
    public void PackSparse()
    {
        ForgetSparse();
        if (Layer.Factor.Mask is Mask mask) Layer.Factor.Sparse = backend.PackSparse(Layer.Weight.Value, mask);
    }

    /// <summary>Gives back what <see cref="PackSparse"/> made: before the weight or the mask change.</summary>
    public void ForgetSparse()
    {
        Layer.Factor.Sparse?.Weight.Dispose();
        Layer.Factor.Sparse?.Transposed.Dispose();
        Layer.Factor.Sparse = null;
    }

    /// <summary>Installs no mask: the layer's product is dense.</summary>
    public void KeepAll()
    {
        Layer.Factor.Mask = null;
        kept = Size;
    }

    /// <summary>Installs the mask of <see cref="BlockBits"/>.</summary>
    /// <param name="keptBlocks">How many bits are set, if that is known; saves waiting for the device when it is asked for.</param>
    public void UseBlockBits(long? keptBlocks = null)
    {
        if (keptBlocks is < 0 || keptBlocks > Scores.Shape.Count)
            throw new ArgumentOutOfRangeException(nameof(keptBlocks), $"{Name}: expected 0 to {Scores.Shape.Count} blocks, found {keptBlocks}.");
        if (Block != BlockShape.Entry) backend.ExpandBits(BlockBits, Shape, Block.Rows, Block.Columns, BitMask.Bits!);
        Layer.Factor.Mask = BitMask;
        kept = keptBlocks * Block.Count;
    }

    /// <summary>Installs the mask of <see cref="BlockGates"/>.</summary>
    public void UseBlockGates()
    {
        if (Block != BlockShape.Entry) backend.ExpandBlocks(BlockGates, Block.Rows, Block.Columns, GateMask.Gates!);
        Layer.Factor.Mask = GateMask;
        kept = null;
    }

    /// <summary>Fills the scores with numbers uniform in (low, high) that depend on the seed and the matrix's index alone.</summary>
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

    /// <summary>Makes the mask permanent, W ← W ⊙ M, and takes it out of the layer; what it removes becomes +0, whatever the sign was.</summary>
    public void Fold()
    {
        if (Layer.Factor.Mask is not Mask mask) return;
        long counted = Kept;
        Tensor weight = Layer.Weight.Value;
        backend.ApplyMask(weight, mask, weight);
        // 0 + (−0) is +0: the bytes of a pruned file should not remember signs.
        using Tensor positive = Tensor.Zeros(backend, Shape);
        backend.AddScaled(weight, 1f, positive);
        backend.Copy(positive, weight);
        Layer.Factor.Mask = null;
        kept = counted;
    }

    /// <summary>Takes the mask out of the layer and gives it and the scores back to the device.</summary>
    public void Dispose()
    {
        ForgetSparse();
        Layer.Factor.Mask = null;
        if (Block != BlockShape.Entry)
        {
            blockBits?.Dispose();
            blockGates?.Dispose();
        }

        bitMask?.Dispose();
        gateMask?.Dispose();
        Scores.Dispose();
    }

    private long CountKept()
    {
        long count = Scores.Shape.Count;
        if (Layer.Factor.Mask is not { Gates: not null }) return backend.CountBits(BlockBits, count) * Block.Count;
        using IntTensor open = IntTensor.Rent(backend, Mask.WordsOf(count));
        backend.Threshold(BlockGates, 0f, 0, open);
        return backend.CountBits(open, count) * Block.Count;
    }
}
