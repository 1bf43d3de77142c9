using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>Four registers of any processor, which multiply 32-bit integers.</summary>
internal readonly unsafe struct Lanes128 : IIntegerLanes<Lanes128>
{
    private readonly Vector128<int> v0, v1, v2, v3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes128(Vector128<int> v0, Vector128<int> v1, Vector128<int> v2, Vector128<int> v3)
    {
        this.v0 = v0;
        this.v1 = v1;
        this.v2 = v2;
        this.v3 = v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(sbyte* weights) => new(
        Vector128.Load(weights).AsInt32(), Vector128.Load(weights + 16).AsInt32(), Vector128.Load(weights + 32).AsInt32(),
        Vector128.Load(weights + 48).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Add(Lanes128 sums, byte* x, Lanes128 weights) =>
        new(Add(sums.v0, x, weights.v0), Add(sums.v1, x, weights.v1), Add(sums.v2, x, weights.v2), Add(sums.v3, x, weights.v3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddPair(Lanes128 sums, byte* x0, Lanes128 weights0, byte* x1, Lanes128 weights1) => Add(Add(sums, x0, weights0), x1, weights1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate)
    {
        Store(sums.v0, row, weightSums, scales, y, accumulate);
        Store(sums.v1, row, weightSums + 4, scales + 4, y + 4, accumulate);
        Store(sums.v2, row, weightSums + 8, scales + 8, y + 8, accumulate);
        Store(sums.v3, row, weightSums + 12, scales + 12, y + 12, accumulate);
    }

    // A weight is a byte of its lane, the first input's lowest: shifted up and down again it has its sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Add(Vector128<int> sums, byte* x, Vector128<int> weights) =>
        sums + (((weights << 24) >> 24) * x[0]) + (((weights << 16) >> 24) * x[1])
            + (((weights << 8) >> 24) * x[2]) + ((weights >> 24) * x[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<int> sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate)
    {
        Vector128<int> centred = sums - (Vector128.Create(row.Zero) * Vector128.Load(weightSums));
        Vector128<float> value = Vector128.ConvertToSingle(centred) * (Vector128.Create(row.Scale) * Vector128.Load(scales));
        (accumulate ? Vector128.Load(y) + value : value).Store(y);
    }
}
