using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>Two registers of AVX2; AVX-VNNI multiplies and adds at once where the processor has it.</summary>
internal readonly unsafe struct Lanes256 : IIntegerLanes<Lanes256>
{
    private readonly Vector256<int> low, high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes256(Vector256<int> low, Vector256<int> high)
    {
        this.low = low;
        this.high = high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(sbyte* weights) => new(Vector256.Load(weights).AsInt32(), Vector256.Load(weights + 32).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Add(Lanes256 sums, byte* x, Lanes256 weights)
    {
        Vector256<byte> inputs = Broadcast(x);
        return new(Add(sums.low, inputs, weights.low), Add(sums.high, inputs, weights.high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddPair(Lanes256 sums, byte* x0, Lanes256 weights0, byte* x1, Lanes256 weights1)
    {
        if (AvxVnni.IsSupported) return Add(Add(sums, x0, weights0), x1, weights1);
        Vector256<byte> first = Broadcast(x0), second = Broadcast(x1);
        return new(AddPair(sums.low, first, weights0.low, second, weights1.low), AddPair(sums.high, first, weights0.high, second, weights1.high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate)
    {
        Store(sums.low, row, weightSums, scales, y, accumulate);
        Store(sums.high, row, weightSums + 8, scales + 8, y + 8, accumulate);
    }

    // From memory it takes no place where products are made.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Broadcast(byte* x) => Avx2.BroadcastScalarToVector256((int*)x).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sums, Vector256<byte> x, Vector256<int> weights) => AvxVnni.IsSupported
        ? AvxVnni.MultiplyWideningAndAdd(sums, x, weights.AsSByte())
        : sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, weights.AsSByte()), Vector256.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> AddPair(Vector256<int> sums, Vector256<byte> x0, Vector256<int> weights0, Vector256<byte> x1, Vector256<int> weights1)
    {
        Vector256<short> products = Avx2.MultiplyAddAdjacent(x0, weights0.AsSByte()) + Avx2.MultiplyAddAdjacent(x1, weights1.AsSByte());
        return sums + Avx2.MultiplyAddAdjacent(products, Vector256.Create((short)1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate)
    {
        Vector256<int> centred = sums - (Vector256.Create(row.Zero) * Vector256.Load(weightSums));
        Vector256<float> value = Vector256.ConvertToSingle(centred) * (Vector256.Create(row.Scale) * Vector256.Load(scales));
        (accumulate ? Vector256.Load(y) + value : value).Store(y);
    }
}
