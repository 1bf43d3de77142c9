// Where the logits of each softmax begin.
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>Offsets of segments, as losses take them.</summary>
internal static class Segments
{
    /// <summary>Each row of a matrix is a segment: 0, columns, 2 · columns, … [rows + 1].</summary>
    public static IntTensor OfRows(IBackend backend, int rows, int columns) =>
        IntTensor.From(backend, [.. Enumerable.Range(0, rows + 1).Select(i => i * columns)]);
}
