// Square blocks of floats, rows to columns, in registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sprout.Tensors.Simd;

/// <summary>Transposes strips of rows by blocks of one register width.</summary>
internal static unsafe class Transposition
{
    /// <summary>
    /// destination[c][r] = source[r][c]. The destination's rows are filled up to the next multiple of V.Lanes by repeating the last source row.
    /// </summary>
    /// <param name="source">The first row; none beyond <paramref name="rows"/> × <paramref name="columns"/> is read.</param>
    /// <param name="sourceStride">Floats from row to row.</param>
    /// <param name="rows">Source rows, at least 1.</param>
    /// <param name="columns">Source columns.</param>
    /// <param name="destination">The first row of the result.</param>
    /// <param name="stride">Floats from row to row of the result.</param>
    public static void Run<V>(float* source, long sourceStride, int rows, int columns, float* destination, long stride) where V : struct, IVector<V>
    {
        float* tile = stackalloc float[512];
        float* turned = tile + 256;
        for (int row = 0; row < rows; row += V.Lanes)
        {
            float* from = source + (row * sourceStride);
            int last = Math.Min(V.Lanes, rows - row) - 1;
            int column = 0;
            for (; column + V.Lanes <= columns; column += V.Lanes)
                Block<V>(from + column, sourceStride, last, destination + (column * stride) + row, stride);
            if (column == columns) continue;
            int rest = columns - column;
            for (int r = 0; r < V.Lanes; r++) V.Store(V.LoadPartial(from + (Math.Min(r, last) * sourceStride) + column, rest), tile + (r * V.Lanes));
            Block<V>(tile, V.Lanes, V.Lanes - 1, turned, V.Lanes);
            for (int c = 0; c < rest; c++) V.Store(V.Load(turned + (c * V.Lanes)), destination + ((column + c) * stride) + row);
        }
    }

    // One full block; rows after the last repeat it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<V>(float* source, long stride, int last, float* destination, long destinationStride) where V : struct, IVector<V>
    {
        if (V.Lanes == 16) Block512(source, stride, last, destination, destinationStride);
        else if (V.Lanes == 8) Block256(source, stride, last, destination, destinationStride);
        else
            for (int r = 0; r < V.Lanes; r++)
                for (int c = 0; c < V.Lanes; c++) destination[(c * destinationStride) + r] = source[(Math.Min(r, last) * stride) + c];
    }

    private static void Block256(float* source, long stride, int last, float* destination, long destinationStride)
    {
        // Rows r and r + 4 share a register, so that only shuffles within halves remain.
        for (int half = 0; half < 2; half++)
        {
            float* from = source + (half * 4);
            Vector256<float> r0 = Pair(from, 0), r1 = Pair(from, 1), r2 = Pair(from, 2), r3 = Pair(from, 3);
            Vector256<float> a = Avx.UnpackLow(r0, r2), b = Avx.UnpackHigh(r0, r2), c = Avx.UnpackLow(r1, r3), d = Avx.UnpackHigh(r1, r3);
            float* to = destination + (half * 4 * destinationStride);
            Avx.UnpackLow(a, c).Store(to);
            Avx.UnpackHigh(a, c).Store(to + destinationStride);
            Avx.UnpackLow(b, d).Store(to + (2 * destinationStride));
            Avx.UnpackHigh(b, d).Store(to + (3 * destinationStride));
        }

        Vector256<float> Pair(float* from, int row) =>
            Vector256.Create(Vector128.Load(from + (Math.Min(row, last) * stride)), Vector128.Load(from + (Math.Min(row + 4, last) * stride)));
    }

    private static void Block512(float* source, long stride, int last, float* destination, long destinationStride)
    {
        // Rows r, r + 4, r + 8 and r + 12 share a register, so that only shuffles within quarters remain.
        for (int quarter = 0; quarter < 4; quarter++)
        {
            float* from = source + (quarter * 4);
            Vector512<float> r0 = Quad(from, 0), r1 = Quad(from, 1), r2 = Quad(from, 2), r3 = Quad(from, 3);
            Vector512<float> a = Avx512F.UnpackLow(r0, r2), b = Avx512F.UnpackHigh(r0, r2), c = Avx512F.UnpackLow(r1, r3), d = Avx512F.UnpackHigh(r1, r3);
            float* to = destination + (quarter * 4 * destinationStride);
            Avx512F.UnpackLow(a, c).Store(to);
            Avx512F.UnpackHigh(a, c).Store(to + destinationStride);
            Avx512F.UnpackLow(b, d).Store(to + (2 * destinationStride));
            Avx512F.UnpackHigh(b, d).Store(to + (3 * destinationStride));
        }

        Vector512<float> Quad(float* from, int row) => Vector512.Create(
            Vector256.Create(Vector128.Load(from + (Math.Min(row, last) * stride)), Vector128.Load(from + (Math.Min(row + 4, last) * stride))),
            Vector256.Create(Vector128.Load(from + (Math.Min(row + 8, last) * stride)), Vector128.Load(from + (Math.Min(row + 12, last) * stride))));
    }
}
