// Which heads and neurons of one encoder layer are empty.
namespace Sprout.Pruning.Inspection;

/// <summary>
/// Which heads and feed-forward neurons of one encoder layer pruning has emptied. A head has its rows in query, key and value and its columns in the
/// attention output; a neuron has its row in the first feed-forward matrix and its column in the second.
/// </summary>
/// <param name="Heads">Attention heads of the layer.</param>
/// <param name="EmptyHeads">Heads whose value rows or output columns are all 0: their output does not depend on the input, so
/// <see cref="Structure.ExactRemoval"/> takes them out and puts that output into a bias.</param>
/// <param name="RemovableHeads">Heads that can go without touching a bias: output columns all 0, or value rows and value biases all 0.</param>
/// <param name="BlindHeads">Heads whose query rows or key rows are all 0: which tokens they attend to no longer depends on pairs of tokens.</param>
/// <param name="Neurons">Feed-forward neurons of the layer.</param>
/// <param name="EmptyNeurons">Neurons whose row or column is all 0: their output does not depend on the input, as that of an empty head.</param>
/// <param name="RemovableNeurons">
/// Neurons that can go without touching a bias: column all 0, or row and bias all 0 (every activation here maps 0 to 0).
/// </param>
public sealed record LayerCost(int Heads, int EmptyHeads, int RemovableHeads, int BlindHeads, int Neurons, int EmptyNeurons, int RemovableNeurons);
