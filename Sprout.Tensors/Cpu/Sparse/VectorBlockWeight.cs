// X · Wᵀ with a weight in blocks of 16 × 1.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>Multiplies by a <see cref="VectorBlockLayout"/>: outputs in lanes, rows of X in the panels of the dense product. A part is a group.</summary>
internal readonly unsafe struct VectorBlockWeight<V>(VectorBlockLayout layout) : ISparseWeight where V : struct, IVector<V>
{
    private const int Width = VectorBlockLayout.Width;

    private readonly int rows = layout.Shape[0];

    public int Rows => rows;

    public int Depth => layout.Shape[1];

    public int Parts => layout.Groups;

    // Twelve rows can lie in too few sets of a level-1 cache to be read as they lie; six fit.
    public static bool ReadsX => typeof(V) == typeof(V256);

    /// <summary>Floats from input to input in rows of X as <see cref="Multiply"/> reads them.</summary>
    public static int InputStride => ReadsX ? 1 : RegisterTile<V>.PanelsOfA(1).Width;

    public PanelShape PanelsOf(int m) => RegisterTile<V>.PanelsOfA(m);

    public long ScratchOf(int parts) => RegisterTile<V>.MR * Width;

    public int RowOf(int part) => Math.Min(part * Width, rows);

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
                bool added = accumulate || slice > 0;
                for (int i = 0; i * tile < panels.Count; i++)
                {
                    PackedPanels panel = panels.Panel(i, tile);
                    float* target = y + ((nint)i * tile * rows) + (group * Width);
                    int whole = panel.Count < tile && !ReadsX ? 0 : Math.Max(Math.Min(next, rows / Width) - group, 0);
                    if (whole > 0) Tiles(panel.Count, starts, whole, panel.Packed, target, rows, added);
                    for (int g = whole; g < next - group; g++) Edge(group + g, starts + g, panel, target + (g * Width), scratch, added);
                }
            }
        }
    }

    // A slice of a group meets a panel; one of them is not whole.
    private void Edge(int group, int* starts, in PackedPanels panel, float* y, float* scratch, bool accumulate)
    {
        int columns = RowOf(group + 1) - RowOf(group);
        Tiles(panel.Count, starts, 1, panel.Packed, scratch, Width, accumulate: false);
        for (int row = 0; row < panel.Count; row++)
            for (int column = 0; column < columns; column += V.Lanes)
            {
                float* target = y + ((nint)row * rows) + column;
                int count = Math.Min(V.Lanes, columns - column);
                V sum = V.Load(scratch + (row * Width) + column);
                V.StorePartial(accumulate ? V.LoadPartial(target, count) + sum : sum, target, count);
            }
    }

    // Of packed rows at least so many.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tiles(int count, int* starts, int groups, float* x, float* y, nint ldy, bool accumulate)
    {
        var slice = new VectorBlockSlice(layout.Indices, layout.Values, starts, groups);
        if (typeof(V) == typeof(V512))
        {
            if (count > 8) VectorBlockTiles.Tile12x1<V>(slice, x, y, ldy, accumulate);
            else if (count > 4) VectorBlockTiles.Tile8x1<V>(slice, x, y, ldy, accumulate);
            else if (count > 1) VectorBlockTiles.Tile4x1<V>(slice, x, y, ldy, accumulate);
            else VectorBlockTiles.Tile1x1<V>(slice, x, y, ldy, accumulate);
        }
        else if (typeof(V) == typeof(V256))
        {
            if (count > 3) VectorBlockRowTiles.Tile6x2<V>(slice, x, layout.Shape[1], count, y, ldy, accumulate);
            else VectorBlockRowTiles.Tile3x2<V>(slice, x, layout.Shape[1], count, y, ldy, accumulate);
        }
        else
        {
            for (int lane = 0; lane < Width; lane += V.Lanes)
                VectorBlockTiles.Tile4x1<V>(new(layout.Indices, layout.Values + lane, starts, groups), x, y + lane, ldy, accumulate);
        }
    }
}
