using ILGPU;
using Sprout.Tensors.Random;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// One float of one GPU thread: lets kernels use the formulas that are written over <see cref="IVector{TSelf}"/>. <see cref="Scalar"/> is the same for the
/// processor, but calls functions that ILGPU cannot translate.
/// </summary>
internal readonly unsafe struct Lane : IVector<Lane>
{
    private const uint SignBit = 0x80000000;

    public Lane(float value) => Value = value;

    public float Value { get; }

    public static int Lanes => 1;

    public static Lane Zero => new(0f);

    public static Lane Broadcast(float value) => new(value);

    public static Lane Load(float* source) => new(*source);

    public static Lane LoadPartial(float* source, int count) => count > 0 ? new(*source) : Zero;

    public static void Store(Lane value, float* destination) => *destination = value.Value;

    public static void StorePartial(Lane value, float* destination, int count)
    {
        if (count > 0) *destination = value.Value;
    }

    // A device compiler makes one instruction of it; a fused intrinsic is not in ILGPU.
    public static Lane MultiplyAdd(Lane a, Lane b, Lane c) => new((a.Value * b.Value) + c.Value);

    // b, which may be NaN, stands on the left: ILGPU puts a constant on the right, and takes a comparison that it has turned around as true for NaN.
    public static Lane Min(Lane a, Lane b) => new(b.Value > a.Value ? a.Value : b.Value);

    public static Lane Max(Lane a, Lane b) => new(b.Value < a.Value ? a.Value : b.Value);

    public static Lane Abs(Lane a) => new(Interop.IntAsFloat(Interop.FloatAsInt(a.Value) & ~SignBit));

    public static Lane Sqrt(Lane a) => new(MathF.Sqrt(a.Value));

    // Adding 1.5 · 2²³ leaves no room for a fraction; formulas round numbers far below 2²².
    public static Lane Round(Lane a) => new(a.Value + 12582912f - 12582912f);

    public static Lane PowerOfTwo(Lane n) => new(Interop.IntAsFloat((uint)((int)n.Value + 127) << 23));

    public static Lane CopySign(Lane magnitude, Lane sign) =>
        new(Interop.IntAsFloat((Interop.FloatAsInt(magnitude.Value) & ~SignBit) | (Interop.FloatAsInt(sign.Value) & SignBit)));

    public static Lane WhereGreater(Lane a, Lane b, Lane ifTrue, Lane ifFalse) => a.Value > b.Value ? ifTrue : ifFalse;

    public static Lane KeepBits(Lane a, uint bits) => (bits & 1) != 0 ? a : Zero;

    public static Lane KeepAtLeast(Lane a, uint* words, uint threshold) => *words >= threshold ? a : Zero;

    public static Lane Uniform(uint* words) => new(Philox.Uniform(*words));

    public static Lane Exponent(Lane a) => new((int)(Interop.FloatAsInt(a.Value) >> 23) - 127);

    public static uint GreaterBits(Lane a, Lane b) => a.Value > b.Value ? 1u : 0u;

    public static uint AtLeastBits(Lane a, Lane b) => a.Value >= b.Value ? 1u : 0u;

    public static float Sum(Lane a) => a.Value;

    public static void StoreSums(Lane a, Lane b, Lane c, Lane d, float* sums) => (sums[0], sums[1], sums[2], sums[3]) = (a.Value, b.Value, c.Value, d.Value);

    public static float MaxLane(Lane a) => a.Value;

    public static Lane operator +(Lane left, Lane right) => new(left.Value + right.Value);

    public static Lane operator -(Lane left, Lane right) => new(left.Value - right.Value);

    public static Lane operator *(Lane left, Lane right) => new(left.Value * right.Value);

    public static Lane operator /(Lane left, Lane right) => new(left.Value / right.Value);

    public static Lane operator -(Lane value) => new(-value.Value);
}
