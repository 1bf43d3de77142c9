// What a model takes to answer.
namespace Sprout.Pruning.Inspection;

/// <summary>What a device holds of a model that only answers, and what it multiplies by.</summary>
/// <param name="TensorBytes">Bytes of the weights in their own shapes: embeddings, biases, norms, and matrices that were not loaded sparse.</param>
/// <param name="LayoutBytes">Bytes of the linear layers as they are packed for products, see <see cref="Tensors.WeightLayout.Bytes"/>.</param>
/// <param name="MultipliedWeights">
/// Entries of the prunable matrices that products multiply by, which are also multiply-adds a token: those that are kept, and zeros too where a matrix has
/// not lost enough of them or a block has some.
/// </param>
public sealed record InferenceCost(long TensorBytes, long LayoutBytes, long MultipliedWeights)
{
    /// <summary>Bytes of all weights in memory.</summary>
    public long Bytes => TensorBytes + LayoutBytes;
}
