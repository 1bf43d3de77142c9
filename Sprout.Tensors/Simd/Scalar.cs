using System.Runtime.CompilerServices;
using Sprout.Tensors.Random;

namespace Sprout.Tensors.Simd;

/// <summary>One lane: lets scalar code use the formulas that are written over <see cref="IVector{TSelf}"/>.</summary>
internal readonly unsafe struct Scalar : IVector<Scalar>
{
    /// <summary>Wraps a float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scalar(float value) => Value = value;

    /// <summary>The float.</summary>
    public float Value { get; }

    /// <inheritdoc/>
    public static int Lanes => 1;

    /// <inheritdoc/>
    public static Scalar Zero => new(0f);

    /// <inheritdoc/>
    public static Scalar Broadcast(float value) => new(value);

    /// <inheritdoc/>
    public static Scalar Load(float* source) => new(*source);

    /// <inheritdoc/>
    public static Scalar LoadPartial(float* source, int count) => count > 0 ? new(*source) : Zero;

    /// <inheritdoc/>
    public static void Store(Scalar value, float* destination) => *destination = value.Value;

    /// <inheritdoc/>
    public static void StorePartial(Scalar value, float* destination, int count)
    {
        if (count > 0) *destination = value.Value;
    }

    /// <inheritdoc/>
    public static Scalar MultiplyAdd(Scalar a, Scalar b, Scalar c) => new(MathF.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    public static Scalar Min(Scalar a, Scalar b) => new(a.Value < b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static Scalar Max(Scalar a, Scalar b) => new(a.Value > b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static Scalar Abs(Scalar a) => new(MathF.Abs(a.Value));

    /// <inheritdoc/>
    public static Scalar Sqrt(Scalar a) => new(MathF.Sqrt(a.Value));

    /// <inheritdoc/>
    public static Scalar Round(Scalar a) => new(MathF.Round(a.Value));

    /// <inheritdoc/>
    public static Scalar PowerOfTwo(Scalar n) => new(BitConverter.Int32BitsToSingle(((int)n.Value + 127) << 23));

    /// <inheritdoc/>
    public static Scalar CopySign(Scalar magnitude, Scalar sign) => new(MathF.CopySign(magnitude.Value, sign.Value));

    /// <inheritdoc/>
    public static Scalar WhereGreater(Scalar a, Scalar b, Scalar ifTrue, Scalar ifFalse) => a.Value > b.Value ? ifTrue : ifFalse;

    /// <inheritdoc/>
    public static Scalar KeepBits(Scalar a, uint bits) => (bits & 1) != 0 ? a : Zero;

    /// <inheritdoc/>
    public static Scalar KeepAtLeast(Scalar a, uint* words, uint threshold) => *words >= threshold ? a : Zero;

    /// <inheritdoc/>
    public static Scalar Uniform(uint* words) => new(Philox.Uniform(*words));

    /// <inheritdoc/>
    public static Scalar Exponent(Scalar a) => new((BitConverter.SingleToInt32Bits(a.Value) >> 23) - 127);

    /// <inheritdoc/>
    public static uint GreaterBits(Scalar a, Scalar b) => a.Value > b.Value ? 1u : 0u;

    /// <inheritdoc/>
    public static uint AtLeastBits(Scalar a, Scalar b) => a.Value >= b.Value ? 1u : 0u;

    /// <inheritdoc/>
    public static float Sum(Scalar a) => a.Value;

    /// <inheritdoc/>
    public static unsafe void StoreSums(Scalar a, Scalar b, Scalar c, Scalar d, float* sums) =>
        (sums[0], sums[1], sums[2], sums[3]) = (a.Value, b.Value, c.Value, d.Value);

    /// <inheritdoc/>
    public static float MaxLane(Scalar a) => a.Value;

    /// <summary>Addition.</summary>
    public static Scalar operator +(Scalar left, Scalar right) => new(left.Value + right.Value);

    /// <summary>Subtraction.</summary>
    public static Scalar operator -(Scalar left, Scalar right) => new(left.Value - right.Value);

    /// <summary>Multiplication.</summary>
    public static Scalar operator *(Scalar left, Scalar right) => new(left.Value * right.Value);

    /// <summary>Division.</summary>
    public static Scalar operator /(Scalar left, Scalar right) => new(left.Value / right.Value);

    /// <summary>Negation.</summary>
    public static Scalar operator -(Scalar value) => new(-value.Value);
}
