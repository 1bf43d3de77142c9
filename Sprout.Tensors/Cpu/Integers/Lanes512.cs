using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>One register of AVX-512.</summary>
internal readonly unsafe struct Lanes512 : IIntegerLanes<Lanes512>
{
    private readonly Vector512<int> value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes512(Vector512<int> value) => this.value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(sbyte* weights) => new(Vector512.Load(weights).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Add(Lanes512 sums, byte* x, Lanes512 weights) => Widened(sums, Products(x, weights));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddPair(Lanes512 sums, byte* x0, Lanes512 weights0, byte* x1, Lanes512 weights1) =>
        Widened(sums, Products(x0, weights0) + Products(x1, weights1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate)
    {
        Vector512<int> centred = sums.value - (Vector512.Create(row.Zero) * Vector512.Load(weightSums));
        Vector512<float> value = Vector512.ConvertToSingle(centred) * (Vector512.Create(row.Scale) * Vector512.Load(scales));
        (accumulate ? Vector512.Load(y) + value : value).Store(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Products(byte* x, Lanes512 weights) =>
        Avx512BW.MultiplyAddAdjacent(Vector512.Create(*(int*)x).AsByte(), weights.value.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 Widened(Lanes512 sums, Vector512<short> products) =>
        new(sums.value + Avx512BW.MultiplyAddAdjacent(products, Vector512.Create((short)1)));
}
