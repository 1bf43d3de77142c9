// What a model is and costs.
namespace Sprout.Pruning.Inspection;

/// <summary>What a model is and costs; non-zeros never count −0.</summary>
/// <param name="Parameters">All weights of the file or model, head included; copies of tied tensors are not.</param>
/// <param name="NonZeros">Those that are not 0.</param>
/// <param name="EmbeddingParameters">The three tables and their layer norm.</param>
/// <param name="EncoderParameters">All weights of the encoder layers, biases and layer norms included.</param>
/// <param name="UnprunedParameters">The encoder's biases and layer norms.</param>
/// <param name="BytesOnDisk">Bytes of the files that hold the weights; null for a model in memory.</param>
/// <param name="Matrices">Every matrix, in the order of the file or model.</param>
/// <param name="Layers">Every encoder layer.</param>
public sealed record ModelCost(
    long Parameters,
    long NonZeros,
    long EmbeddingParameters,
    long EncoderParameters,
    long UnprunedParameters,
    long? BytesOnDisk,
    IReadOnlyList<MatrixCost> Matrices,
    IReadOnlyList<LayerCost> Layers)
{
    /// <summary>Heads that are not there any more (<see cref="Structure.CompactModel"/>); nothing else counts them.</summary>
    public long RemovedHeads { get; init; }

    /// <summary>Feed-forward neurons that are not there any more, likewise.</summary>
    public long RemovedNeurons { get; init; }

    /// <summary>Entries of the prunable matrices: also the multiply-adds a token of the dense encoder's linear layers.</summary>
    public long PrunableWeights => Matrices.Where(matrix => matrix.IsPrunable).Sum(matrix => matrix.Size);

    /// <summary>Non-zeros of the prunable matrices: also the multiply-adds a token that a sparse product needs.</summary>
    public long KeptWeights => Matrices.Where(matrix => matrix.IsPrunable).Sum(matrix => matrix.NonZeros);

    /// <summary>Kept ÷ prunable weights; 0 without any.</summary>
    public double Density => PrunableWeights == 0 ? 0 : (double)KeptWeights / PrunableWeights;

    /// <summary>The paper's measure; see <see cref="PruningReport.RemainingPercentOf"/>.</summary>
    public double RemainingPercent => PruningReport.RemainingPercentOf(KeptWeights, PrunableWeights, UnprunedParameters);

    /// <summary>
    /// Multiply-adds a token of the encoder's linear layers, all weights counted; attention's own products depend on the length and are left out.
    /// </summary>
    public long DenseMacsPerToken => PrunableWeights;

    /// <summary>The same, counting weights that are not 0.</summary>
    public long MacsPerToken => KeptWeights;
}
