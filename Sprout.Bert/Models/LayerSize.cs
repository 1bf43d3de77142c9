// How large one encoder layer is.
namespace Sprout.Bert.Models;

/// <summary>The heads and neurons of one encoder layer. There may be none: then that block adds the bias of its last matrix, whatever goes in.</summary>
/// <param name="Heads">Attention heads.</param>
/// <param name="Neurons">Width between the two feed-forward products.</param>
public readonly record struct LayerSize(int Heads, int Neurons);
