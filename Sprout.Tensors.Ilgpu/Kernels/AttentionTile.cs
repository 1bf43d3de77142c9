// Where one thread stands in the tiles of attention.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The rows of a group's tile, and the tokens that they see: those of their own sequence. Two threads share a row; a thread behind the last token sees none.
/// </summary>
internal readonly struct AttentionTile
{
    /// <summary>The tokens of the tile: from <see cref="First"/> to before <see cref="End"/>.</summary>
    public readonly int First, End;

    /// <summary>This thread's row of the tile, its token, and which half of the columns it takes.</summary>
    public readonly int Row, Token, FirstColumn, EndColumn;

    /// <summary>The tokens that this thread's row sees.</summary>
    public readonly int SeenFirst, SeenEnd;

    /// <summary>The tokens that any row of the tile sees.</summary>
    public readonly int AllFirst, AllEnd;

    /// <summary>The place of the running thread.</summary>
    public AttentionTile(ArrayView<int> offsets, AttentionSize size)
    {
        First = Grid.IdxX * AttentionTiles.Tile;
        End = First + AttentionTiles.Tile < size.Tokens ? First + AttentionTiles.Tile : size.Tokens;
        Row = Group.IdxX / 2;
        Token = First + Row;
        FirstColumn = Group.IdxX % 2 * (AttentionTiles.Tile / 2);
        EndColumn = FirstColumn + (AttentionTiles.Tile / 2);
        int sequence = Sequences.Of(Token < End ? Token : End - 1, offsets, size.Sequences);
        SeenFirst = offsets[sequence];
        SeenEnd = Token < End ? offsets[sequence + 1] : SeenFirst;
        AllFirst = offsets[Sequences.Of(First, offsets, size.Sequences)];
        AllEnd = offsets[Sequences.Of(End - 1, offsets, size.Sequences) + 1];
    }

    /// <summary>Whether this thread, of the two of its row, writes what belongs to the row.</summary>
    public bool IsFirstOfRow => FirstColumn == 0;

    /// <summary>Whether this thread's row sees a token.</summary>
    public bool Sees(int token) => token >= SeenFirst && token < SeenEnd;
}
