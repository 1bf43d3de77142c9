// How packing reads a matrix: as it is, or through a mask, so that a masked weight is never stored.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Reads registers from a row-major matrix by the index of their first entry.</summary>
internal interface IReader<V> where V : struct, IVector<V>
{
    /// <summary>The matrix in memory when it is read as it is, otherwise null.</summary>
    unsafe float* Plain { get; }

    /// <summary>Entries <paramref name="index"/> and following.</summary>
    V Load(nint index);

    /// <summary>The first <paramref name="count"/> of these, then zeros.</summary>
    V LoadPartial(nint index, int count);
}

/// <summary>Reads w.</summary>
internal readonly unsafe struct PlainReader<V>(float* values) : IReader<V> where V : struct, IVector<V>
{
    public float* Plain => values;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(nint index) => V.Load(values + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V LoadPartial(nint index, int count) => V.LoadPartial(values + index, count);
}

/// <summary>Reads w where its bit is 1, and 0 elsewhere.</summary>
internal readonly unsafe struct BitsReader<V>(float* values, int* bits) : IReader<V> where V : struct, IVector<V>
{
    public float* Plain => null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(nint index) => V.KeepBits(V.Load(values + index), BitsAt(index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V LoadPartial(nint index, int count) => V.KeepBits(V.LoadPartial(values + index, count), BitsAt(index));

    // The byte that holds the first bit need not start a word; at least 25 bits follow, and an IntTensor may be read beyond its end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint BitsAt(nint index) => Unsafe.ReadUnaligned<uint>((byte*)bits + (index >> 3)) >> (int)(index & 7);
}

/// <summary>Reads w · gate.</summary>
internal readonly unsafe struct GatesReader<V>(float* values, float* gates) : IReader<V> where V : struct, IVector<V>
{
    public float* Plain => null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(nint index) => V.Load(values + index) * V.Load(gates + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V LoadPartial(nint index, int count) => V.LoadPartial(values + index, count) * V.LoadPartial(gates + index, count);
}
