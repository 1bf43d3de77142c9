// Where one thread stands in the tiles of attention.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The rows of a group's tile, queries or keys, and the keys or queries that they see: those of their own sequence. Two threads share a row; a thread behind
/// the last row sees none.
/// </summary>
internal readonly struct AttentionTile
{
    /// <summary>The rows of the tile: from <see cref="First"/> to before <see cref="End"/>.</summary>
    public readonly int First, End;

    /// <summary>This thread's row of the tile, its number among all, its place in its sequence, and which half of the columns it takes.</summary>
    public readonly int Row, Index, Position, FirstColumn, EndColumn;

    /// <summary>What this thread's row sees.</summary>
    public readonly int SeenFirst, SeenEnd;

    /// <summary>What any row of the tile sees.</summary>
    public readonly int AllFirst, AllEnd;

    /// <summary>The place of the running thread.</summary>
    /// <param name="own">The offsets of the rows.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="seen">The offsets of what they see.</param>
    /// <param name="sequences">The number of sequences.</param>
    public AttentionTile(ArrayView<int> own, int rows, ArrayView<int> seen, int sequences)
    {
        First = Grid.IdxX * AttentionTiles.Tile;
        End = First + AttentionTiles.Tile < rows ? First + AttentionTiles.Tile : rows;
        Row = Group.IdxX / 2;
        Index = First + Row;
        FirstColumn = Group.IdxX % 2 * (AttentionTiles.Tile / 2);
        EndColumn = FirstColumn + (AttentionTiles.Tile / 2);
        int sequence = Sequences.Of(Index < End ? Index : End - 1, own, sequences);
        Position = Index - own[sequence];
        SeenFirst = seen[sequence];
        SeenEnd = Index < End ? seen[sequence + 1] : SeenFirst;
        AllFirst = seen[Sequences.Of(First, own, sequences)];
        AllEnd = seen[Sequences.Of(End - 1, own, sequences) + 1];
    }

    /// <summary>Whether this thread, of the two of its row, writes what belongs to the row.</summary>
    public bool IsFirstOfRow => FirstColumn == 0;

    /// <summary>Whether this thread's row sees a key or query.</summary>
    public bool Sees(int other) => other >= SeenFirst && other < SeenEnd;
}
