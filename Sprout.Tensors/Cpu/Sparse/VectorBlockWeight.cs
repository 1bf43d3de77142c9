// X · Wᵀ with a weight in blocks of 16 × 1.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>Multiplies by a <see cref="VectorBlockLayout"/>: outputs in lanes, rows of X in the panels of the dense product. A part is a group.</summary>
internal readonly unsafe struct VectorBlockWeight<V>(VectorBlockLayout layout) : ISparseWeight where V : struct, IVector<V>
{
    private const int Width = VectorBlockLayout.Width;

    public int Rows => layout.Shape[0];

    public int Depth => layout.Shape[1];

    public int Parts => layout.Groups;

    /// <summary>Floats from input to input in packed rows of X.</summary>
    public static int InputStride => RegisterTile<V>.PanelsOfA(1).Width;

    public PanelShape PanelsOf(int m) => RegisterTile<V>.PanelsOfA(m);

    public long ScratchOf(int parts) => RegisterTile<V>.MR * Width;

    public int RowOf(int part) => Math.Min(part * Width, Rows);

    [MethodImpl(Jit.Kernel)]
    public void Multiply(in PackedPanels panels, float* y, int first, int end, float* scratch, bool accumulate)
    {
        int tile = RegisterTile<V>.MR;
        for (int group = first, next; group < end; group = next)
        {
            next = Math.Min((group / layout.Chunk * layout.Chunk) + layout.Chunk, end);
            // A slice of a panel stays in the level-1 cache while the groups pass.
            for (int slice = 0; slice < layout.Slices; slice++)
            {
                int* starts = layout.Starts + layout.NumberOf(group, slice);
                for (int i = 0; i * tile < panels.Count; i++)
                {
                    PackedPanels panel = panels.Panel(i, tile);
                    float* target = y + ((nint)i * tile * Rows);
                    for (int g = group; g < next; g++) Multiply(g, starts + (g - group), accumulate || slice > 0, panel, target + (g * Width), scratch);
                }
            }
        }
    }

    // A slice of a group meets a panel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Multiply(int group, int* starts, bool accumulate, in PackedPanels panel, float* y, float* scratch)
    {
        int columns = RowOf(group + 1) - RowOf(group);
        if (panel.Count == RegisterTile<V>.MR && columns == Width)
        {
            Tile(panel.Count, starts, panel.Packed, y, Rows, accumulate);
            return;
        }

        Tile(panel.Count, starts, panel.Packed, scratch, Width, accumulate: false);
        for (int row = 0; row < panel.Count; row++)
            for (int column = 0; column < columns; column += V.Lanes)
            {
                float* target = y + ((nint)row * Rows) + column;
                int count = Math.Min(V.Lanes, columns - column);
                V sum = V.Load(scratch + (row * Width) + column);
                V.StorePartial(accumulate ? V.LoadPartial(target, count) + sum : sum, target, count);
            }
    }

    // At least so many rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tile(int rows, int* starts, float* x, float* y, nint ldy, bool accumulate)
    {
        int* index = layout.Indices + starts[0], end = layout.Indices + starts[1];
        float* w = layout.Values + ((nint)starts[0] * Width);
        if (typeof(V) == typeof(V512))
        {
            if (rows > 8) VectorBlockTiles.Tile12x1<V>(index, end, w, x, y, ldy, accumulate);
            else if (rows > 4) VectorBlockTiles.Tile8x1<V>(index, end, w, x, y, ldy, accumulate);
            else if (rows > 1) VectorBlockTiles.Tile4x1<V>(index, end, w, x, y, ldy, accumulate);
            else VectorBlockTiles.Tile1x1<V>(index, end, w, x, y, ldy, accumulate);
        }
        else if (typeof(V) == typeof(V256))
        {
            if (rows > 3) VectorBlockTiles.Tile6x2<V>(index, end, w, x, y, ldy, accumulate);
            else if (rows > 1) VectorBlockTiles.Tile3x2<V>(index, end, w, x, y, ldy, accumulate);
            else VectorBlockTiles.Tile1x2<V>(index, end, w, x, y, ldy, accumulate);
        }
        else
        {
            for (int lane = 0; lane < Width; lane += V.Lanes) VectorBlockTiles.Tile4x1<V>(index, end, w + lane, x, y + lane, ldy, accumulate);
        }
    }
}
