using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sprout.Tensors.Simd;

/// <summary>Four lanes on any processor: .NET's portable 128-bit vectors, in software where there are none.</summary>
internal readonly unsafe struct V128 : IVector<V128>
{
    private readonly Vector128<float> value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V128(Vector128<float> value) => this.value = value;

    /// <summary>The register.</summary>
    public Vector128<float> Value => value;

    /// <inheritdoc/>
    public static int Lanes => 4;

    /// <inheritdoc/>
    public static V128 Zero => new(Vector128<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Broadcast(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Load(float* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 LoadPartial(float* source, int count)
    {
        float* lanes = stackalloc float[4];
        Zero.value.Store(lanes);
        for (int i = 0; i < count; i++) lanes[i] = source[i];
        return new(Vector128.Load(lanes));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V128 value, float* destination) => value.value.Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(V128 value, float* destination, int count)
    {
        float* lanes = stackalloc float[4];
        value.value.Store(lanes);
        for (int i = 0; i < count; i++) destination[i] = lanes[i];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 MultiplyAdd(V128 a, V128 b, V128 c) => new(Vector128.FusedMultiplyAdd(a.value, b.value, c.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Min(V128 a, V128 b) => new(Vector128.Min(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Max(V128 a, V128 b) => new(Vector128.Max(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Abs(V128 a) => new(Vector128.Abs(a.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Sqrt(V128 a) => new(Vector128.Sqrt(a.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Round(V128 a) => new(Vector128.Round(a.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 PowerOfTwo(V128 n) =>
        new(((Vector128.ConvertToInt32(n.value) + Vector128.Create(127)) << 23).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 CopySign(V128 magnitude, V128 sign) =>
        new(Vector128.ConditionalSelect(Vector128.Create(-0f), sign.value, magnitude.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 WhereGreater(V128 a, V128 b, V128 ifTrue, V128 ifFalse) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(a.value, b.value), ifTrue.value, ifFalse.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 KeepBits(V128 a, uint bits)
    {
        Vector128<uint> lane = Vector128.Create(1u, 2u, 4u, 8u);
        return new(Vector128.AndNot(a.value, Vector128.Equals(Vector128.Create(bits) & lane, Vector128<uint>.Zero).AsSingle()));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 KeepAtLeast(V128 a, uint* words, uint threshold) =>
        new(a.value & Vector128.GreaterThanOrEqual(Vector128.Load(words), Vector128.Create(threshold)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Uniform(uint* words) =>
        new(Vector128.ConvertToSingle((Vector128.Load(words) >>> 8).AsInt32()) * Vector128.Create(1f / (1 << 24)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 Exponent(V128 a) =>
        new(Vector128.ConvertToSingle((a.value.AsInt32() >>> 23) - Vector128.Create(127)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterBits(V128 a, V128 b) => Vector128.GreaterThan(a.value, b.value).ExtractMostSignificantBits();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtLeastBits(V128 a, V128 b) => Vector128.GreaterThanOrEqual(a.value, b.value).ExtractMostSignificantBits();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(V128 a)
    {
        Vector128<float> q = a.value;
        q += Vector128.Shuffle(q, Vector128.Create(2, 3, 0, 1));
        return q.ToScalar() + q.GetElement(1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreSums(V128 a, V128 b, V128 c, V128 d, float* sums) => LaneSums.Of(a.value, b.value, c.value, d.value).Store(sums);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(V128 a)
    {
        Vector128<float> q = a.value;
        q = Vector128.Max(q, Vector128.Shuffle(q, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(q.ToScalar(), q.GetElement(1));
    }

    /// <summary>Lane-wise addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 operator +(V128 left, V128 right) => new(left.value + right.value);

    /// <summary>Lane-wise subtraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 operator -(V128 left, V128 right) => new(left.value - right.value);

    /// <summary>Lane-wise multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 operator *(V128 left, V128 right) => new(left.value * right.value);

    /// <summary>Lane-wise division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 operator /(V128 left, V128 right) => new(left.value / right.value);

    /// <summary>Lane-wise negation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128 operator -(V128 value) => new(-value.value);
}
