// What random numbers are drawn for: each purpose has streams of its own.
namespace Sprout.Tensors.Random;

/// <summary>
/// What a run draws random numbers for. The purpose is the upper byte of a stream's number, so that no two purposes ever meet, whatever their indices are;
/// every stream of a run that has the run's seed as its key is listed here. The bytes that are left belong to fresh weights, see
/// <see cref="RandomStreams.OfName"/>.
/// </summary>
public enum RandomPurpose : byte
{
    /// <summary>A dropout of a forward pass; index: pass · 2²⁰ + its place in the pass.</summary>
    Dropout = 0x00,

    /// <summary>What a gradient check looks at; index: 0 the projection, 1 the elements.</summary>
    GradientCheck = 0x47,

    /// <summary>Which examples are held out for evaluation; index: the class, 0 in a regression.</summary>
    Holdout = 0x48,

    /// <summary>The words that a masked language model predicts, and what stands in their place; index: epoch · 2³² + example, the epoch in 24 bits.</summary>
    MaskedWords = 0x4D,

    /// <summary>The order of the examples in an epoch; index: a constant + epoch, see <see cref="RandomStreams.ShuffleOf"/>.</summary>
    Shuffle = 0x53,

    /// <summary>The noise of hard-concrete gates; index: step · 2¹⁶ + matrix.</summary>
    GateNoise = 0x80,

    /// <summary>Random initial scores; index: matrix.</summary>
    InitialScores = 0xC0,
}
