// Packing the operands of a product into panels, on all threads.
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>One operand of a product: where it is read from, and how it is cut into panels.</summary>
/// <param name="reader">The matrix.</param>
/// <param name="shape">The panels.</param>
/// <param name="k">The depth of the product.</param>
/// <param name="rowsAreK">Whether the matrix is [k, extent], so that each of its rows is one value of k; otherwise it is [extent, k].</param>
internal readonly unsafe struct Operand<V, TReader>(TReader reader, PanelShape shape, int k, bool rowsAreK)
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    /// <summary>The panels.</summary>
    public PanelShape Shape => shape;

    /// <summary>Whether each row of the matrix is one value of k.</summary>
    public bool RowsAreK => rowsAreK;

    /// <summary>
    /// Packs some rows of A or columns of B, from number <paramref name="first"/> on, for <paramref name="kc"/> values of k from <paramref name="p"/> on.
    /// </summary>
    public void Pack(float* destination, nint stride, int first, int count, int p, int kc)
    {
        var panels = new Panels<V>(destination, shape, stride);
        int left = shape.Extent - first, number = DivideUp(count, shape.Tile);
        if (rowsAreK) panels.PackRows(reader, ((nint)p * shape.Extent) + first, shape.Extent, left, number, kc);
        else panels.PackTransposed(reader, ((nint)first * k) + p, k, left, number, kc);
    }
}

/// <summary>
/// Packs a block of an operand, or all of it: rows of A or columns of B from <paramref name="first"/> on, values of k from <paramref name="p"/> on. Pieces that
/// follow each other have the same panels, so that a thread's share is, where there are many, panels of its own.
/// </summary>
internal readonly unsafe struct PackWork<V, TReader>(Operand<V, TReader> operand, int first, int count, int p, int kc, float* destination, nint stride) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    public int Pieces => DivideUp(count, PieceOfExtent) * PiecesOfK;

    // Long enough runs for the memory's prefetcher, which sees rows; small enough pieces to share out.
    private int PanelsOfPiece => operand.RowsAreK ? 64 : 4;

    private int PieceOfK => operand.RowsAreK ? 32 : 256;

    private int PieceOfExtent => PanelsOfPiece * operand.Shape.Tile;

    private int PiecesOfK => DivideUp(kc, PieceOfK);

    public void Run(int piece)
    {
        int group = piece / PiecesOfK, skipped = group * PieceOfExtent, above = piece % PiecesOfK * PieceOfK;
        float* target = destination + (group * PanelsOfPiece * stride) + ((nint)above * operand.Shape.Width);
        operand.Pack(target, stride, first + skipped, Math.Min(count - skipped, PieceOfExtent), p + above, Math.Min(kc - above, PieceOfK));
    }
}

/// <summary>Packs blocks of both operands, whose pieces are spread evenly, so that each thread's share has its part of both.</summary>
internal readonly struct PackBothWork<V, TReader>(PackWork<V, PlainReader<V>> a, PackWork<V, TReader> b) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    public int Pieces => a.Pieces + b.Pieces;

    public void Run(int piece)
    {
        int before = (int)((long)piece * a.Pieces / Pieces), after = (int)((piece + 1L) * a.Pieces / Pieces);
        if (after > before) a.Run(before);
        else b.Run(piece - before);
    }
}
