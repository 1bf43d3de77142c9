// X · Wᵀ with a weight of single entries.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// Multiplies by an <see cref="EntriesLayout"/>: 32 rows of X side by side in lanes, so that an entry of W meets them all with one multiplication a register,
/// wherever its input lies. X is transposed while it is packed, Y afterwards.
/// </summary>
internal readonly unsafe struct EntriesWeight<V>(EntriesLayout layout) : ISparseWeight where V : struct, IVector<V>
{
    private const int TileRows = EntriesLayout.TileRows;

    private readonly int rows = layout.Shape[0];

    public int Rows => rows;

    public int Depth => layout.Shape[1];

    public int Parts => layout.Parts;

    public static bool ReadsX => false;

    public PanelShape PanelsOf(int m) => new(m, TileRows, TileRows);

    public long ScratchOf(int parts) => parts * (long)PartFloats;

    // One row more for those that are not there.
    private int PartFloats => (layout.PartRows + 1) * TileRows;

    public int RowOf(int part) => Math.Min(part * layout.PartRows, rows);

    [MethodImpl(Jit.Kernel)]
    public void Multiply(in PackedPanels panels, float* y, int first, int end, float* scratch, bool accumulate)
    {
        for (int i = 0; i * TileRows < panels.Count; i++)
        {
            PackedPanels tile = panels.Panel(i, TileRows);
            float* target = y + ((nint)i * TileRows * Rows);
            for (int part = first; accumulate && part < end; part++) Load(part, target, tile.Count, scratch + ((part - first) * PartFloats));
            // Slices outermost: their part of the tile of X stays in the level-1 cache.
            for (int slice = 0; slice < layout.Slices; slice++)
                for (int part = first; part < end; part++)
                {
                    int* stream = layout.Stream(part, slice, out int runs);
                    RunAll(stream, runs, (byte*)tile.Packed, (byte*)(scratch + ((part - first) * PartFloats)), accumulate || slice > 0);
                }

            for (int part = first; part < end; part++)
            {
                int row = RowOf(part);
                Transpose(scratch + ((part - first) * PartFloats), RowOf(part + 1) - row, target + row, tile.Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunAll(int* stream, int runs, byte* x, byte* y, bool accumulate)
    {
        if (typeof(V) == typeof(V512)) EntriesTiles.Runs4x2<V>(stream, runs, x, y, accumulate);
        else if (typeof(V) == typeof(V256)) EntriesTiles.Runs2x4<V>(stream, runs, x, y, accumulate);
        else EntriesTiles.Runs1x8<V>(stream, runs, x, y, accumulate);
    }

    // The tile of Y of a part, transposed: what is added to.
    private void Load(int part, float* y, int count, float* tile)
    {
        int row = RowOf(part), rows = RowOf(part + 1) - row;
        for (int j = 0; j < count; j++)
            for (int i = 0; i < rows; i++) tile[(i * TileRows) + j] = y[((nint)j * Rows) + row + i];
    }

    // target[j, i] = tile[i, j] for the rows of W and so many rows of X.
    [MethodImpl(Jit.Kernel)]
    private void Transpose(float* tile, int rows, float* target, int count)
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        for (int row = 0; row < rows; row += V.Lanes)
        {
            int width = Math.Min(V.Lanes, rows - row);
            for (int j = 0; j < count; j += V.Lanes)
            {
                float* source = tile + (row * TileRows) + j, to = target + ((nint)j * Rows) + row;
                int height = Math.Min(V.Lanes, count - j);
                if (width == V.Lanes && height == V.Lanes)
                {
                    SquareTranspose.Run<V>(source, TileRows, to, Rows);
                    continue;
                }

                SquareTranspose.Run<V>(source, TileRows, square, V.Lanes);
                for (int r = 0; r < height; r++) V.StorePartial(V.Load(square + (r * V.Lanes)), to + ((nint)r * Rows), width);
            }
        }
    }
}
