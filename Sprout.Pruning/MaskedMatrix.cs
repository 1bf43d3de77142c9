// One pruned weight matrix and its mask.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>One pruned weight matrix W [rows, columns], cut into blocks, and the mask that its layer uses. Its <see cref="Group"/> has the scores.</summary>
public sealed class MaskedMatrix : IDisposable
{
    private const string WeightSuffix = ".weight";

    private readonly IBackend backend;
    private Mask? bitMask, gateMask;

    /// <summary>A matrix without a mask.</summary>
    /// <param name="group">Whose scores decide.</param>
    /// <param name="layer">The layer, in a model whose parameters have their names.</param>
    /// <param name="index">The matrix's place among all pruned ones.</param>
    /// <param name="block">The part that shares one score.</param>
    /// <exception cref="OptionException">The block does not divide the matrix; the message names it.</exception>
    internal MaskedMatrix(PrunedGroup group, Linear layer, int index, BlockShape block)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Group = group;
        Layer = layer;
        Index = index;
        Block = block;
        backend = layer.Weight.Backend;
        string weight = layer.Weight.Name;
        Name = weight.EndsWith(WeightSuffix, StringComparison.Ordinal) ? weight[..^WeightSuffix.Length] : weight;
        if (Shape[0] % block.Rows != 0 || Shape[1] % block.Columns != 0)
            throw OptionException.Of($"{new OptionName("Block")} {block} does not divide the matrix \"{weight}\" {Shape}.");
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

    /// <summary>The scores that decide about this matrix, alone or with others.</summary>
    public PrunedGroup Group { get; }

    /// <summary>The group's scores: one a block of this matrix, counted row by row.</summary>
    public Parameter Scores => Group.Scores;

    /// <summary>The extents of W.</summary>
    public Shape Shape => Layer.Weight.Shape;

    /// <summary>Entries of W.</summary>
    public long Size => Shape.Count;

    /// <summary>How many blocks there are: [rows / block rows, columns / block columns].</summary>
    public Shape Grid => new(Shape[0] / Block.Rows, Shape[1] / Block.Columns);

    /// <summary>Entries of W that the present mask keeps: bits that are set, gates above 0. Waits for the device when the method did not tell.</summary>
    public long Kept => Group.Kept * Block.Count;

    internal Mask BitMask => bitMask ??= Mask.OfBits(backend, Shape);

    internal Mask GateMask => gateMask ??= Mask.OfGates(backend, Shape);

    /// <summary>
    /// Makes the masked weight ready for the products of one training step, where so little is left that a list of it is faster; <see cref="ForgetSparse"/>
    /// ends that. Results are the same bits.
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

    /// <summary>Makes the mask permanent, W ← W ⊙ M, and takes it out of the layer; what it removes becomes +0, whatever the sign was.</summary>
    internal void Fold()
    {
        if (Layer.Factor.Mask is not Mask mask) return;
        Tensor weight = Layer.Weight.Value;
        backend.ApplyMask(weight, mask, weight);
        // 0 + (−0) is +0: the bytes of a pruned file should not remember signs.
        using Tensor positive = Tensor.Zeros(backend, Shape);
        backend.AddScaled(weight, 1f, positive);
        backend.Copy(positive, weight);
        Layer.Factor.Mask = null;
    }

    /// <summary>Takes the mask out of the layer and gives it back to the device.</summary>
    public void Dispose()
    {
        ForgetSparse();
        Layer.Factor.Mask = null;
        bitMask?.Dispose();
        gateMask?.Dispose();
    }
}
