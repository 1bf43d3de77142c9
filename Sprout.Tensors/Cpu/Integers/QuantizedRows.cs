// Activations as integers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>Quantises the rows of X [M, K], each by itself. A piece is some rows.</summary>
/// <param name="x">X.</param>
/// <param name="m">M.</param>
/// <param name="k">K.</param>
/// <param name="quantized">Receives the integers.</param>
/// <param name="stride">Bytes from row to row of these, K at least; behind K, zeros up to a multiple of 4.</param>
/// <param name="rows">Receives how each row became integers.</param>
internal readonly unsafe struct QuantizedRows<V>(float* x, int m, int k, byte* quantized, nint stride, RowQuantization* rows) : IWork
    where V : struct, IVector<V>
{
    private const int RowsOfPiece = 8;

    public int Pieces => Division.DivideUp(m, RowsOfPiece);

    [MethodImpl(Jit.Kernel)]
    public void Run(int piece)
    {
        for (int row = piece * RowsOfPiece; row < Math.Min((piece + 1) * RowsOfPiece, m); row++)
        {
            float* source = x + ((nint)row * k);
            byte* target = quantized + (row * stride);
            RowQuantization found = rows[row] = RangeOf(source);
            int i = typeof(V) == typeof(V128) ? 0 : Quantize32(source, found, target);
            for (; i < k; i++) target[i] = (byte)found.Quantize(source[i]);
            for (; i % IntegerLayout.Depth != 0; i++) target[i] = 0;
        }
    }

    private RowQuantization RangeOf(float* source)
    {
        // Two registers each: a maximum waits for the one before.
        V largest0 = V.Zero, largest1 = V.Zero, smallest0 = V.Zero, smallest1 = V.Zero, check = V.Zero;
        int i = 0;
        for (; i <= k - (2 * V.Lanes); i += 2 * V.Lanes)
        {
            V a = V.Load(source + i), b = V.Load(source + i + V.Lanes);
            (largest0, largest1) = (V.Max(largest0, a), V.Max(largest1, b));
            (smallest0, smallest1) = (V.Min(smallest0, a), V.Min(smallest1, b));
            // Infinity − infinity is NaN.
            check += (a - a) + (b - b);
        }

        for (; i < k; i += V.Lanes)
        {
            V a = V.LoadPartial(source + i, Math.Min(V.Lanes, k - i));
            (largest0, smallest0) = (V.Max(largest0, a), V.Min(smallest0, a));
            check += a - a;
        }

        return new RowQuantization(-V.MaxLane(-V.Min(smallest0, smallest1)), V.MaxLane(V.Max(largest0, largest1)), V.Sum(check));
    }

    // As many as there are 32 at a time; returns how many.
    private int Quantize32(float* source, in RowQuantization row, byte* target)
    {
        Vector256<float> inverse = Vector256.Create(row.Inverse);
        var zero = Vector256.Create((short)row.Zero);
        var most = Vector256.Create((byte)RowQuantization.Largest);
        // Packing takes turns between the halves of registers.
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        int i = 0;
        for (; i <= k - 32; i += 32)
        {
            Vector256<int> a = Integers(source + i, inverse), b = Integers(source + i + 8, inverse);
            Vector256<int> c = Integers(source + i + 16, inverse), d = Integers(source + i + 24, inverse);
            Vector256<short> first = Avx2.PackSignedSaturate(a, b) + zero, second = Avx2.PackSignedSaturate(c, d) + zero;
            // What is below 0 becomes 0.
            Vector256<byte> all = Avx2.Min(Avx2.PackUnsignedSaturate(first, second), most);
            Avx2.PermuteVar8x32(all.AsInt32(), order).AsByte().Store(target + i);
        }

        return i;
    }

    // Rounded to nearest, ties to even.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Integers(float* source, Vector256<float> inverse) => Avx.ConvertToVector256Int32(Vector256.Load(source) * inverse);
}
