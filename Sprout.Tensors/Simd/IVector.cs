using System.Numerics;

namespace Sprout.Tensors.Simd;

/// <summary>
/// A register of 32-bit floats: 16, 8, 4 or 1 lanes. Formulas and row kernels are generic over it and so are written once; the JIT compiles one version a
/// width.
/// </summary>
public unsafe interface IVector<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>,
    IUnaryNegationOperators<TSelf, TSelf>
    where TSelf : struct, IVector<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Lanes { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>All lanes the same.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>Reads <see cref="Lanes"/> floats; no alignment is needed.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads the first <paramref name="count"/> (0 to Lanes) floats, the other lanes are 0; nothing beyond is touched.</summary>
    static abstract TSelf LoadPartial(float* source, int count);

    /// <summary>Writes <see cref="Lanes"/> floats.</summary>
    static abstract void Store(TSelf value, float* destination);

    /// <summary>Writes the first <paramref name="count"/> (0 to Lanes) lanes; nothing beyond is touched.</summary>
    static abstract void StorePartial(TSelf value, float* destination, int count);

    /// <summary>a · b + c with one rounding.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The smaller of each lane.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger of each lane.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The magnitude of each lane.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>The square root of each lane.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>The nearest integer of each lane, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>2ⁿ for integral lanes n in [−126, 127].</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>|magnitude| with the sign of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Where a &gt; b the lane of <paramref name="ifTrue"/>, elsewhere that of <paramref name="ifFalse"/>.</summary>
    static abstract TSelf WhereGreater(TSelf a, TSelf b, TSelf ifTrue, TSelf ifFalse);

    /// <summary>Lanes whose bit in <paramref name="bits"/> is 1 (lane 0 is bit 0), zero elsewhere.</summary>
    static abstract TSelf KeepBits(TSelf a, uint bits);

    /// <summary>Where the unsigned random word of a lane is at least <paramref name="threshold"/> the lane of <paramref name="a"/>, elsewhere zero.</summary>
    /// <param name="a">The lanes to keep or drop.</param>
    /// <param name="words"><see cref="Lanes"/> random words.</param>
    /// <param name="threshold">The smallest word that keeps its lane.</param>
    static abstract TSelf KeepAtLeast(TSelf a, uint* words, uint threshold);

    /// <summary>Philox.Uniform of <see cref="Lanes"/> random words: numbers in [0, 1).</summary>
    static abstract TSelf Uniform(uint* words);

    /// <summary>⌊log₂ a⌋ of each lane; lanes are positive and normal.</summary>
    static abstract TSelf Exponent(TSelf a);

    /// <summary>One bit a lane, lane 0 lowest: a &gt; b. A NaN is never greater.</summary>
    static abstract uint GreaterBits(TSelf a, TSelf b);

    /// <summary>One bit a lane, lane 0 lowest: a ≥ b. A NaN is never at least anything.</summary>
    static abstract uint AtLeastBits(TSelf a, TSelf b);

    /// <summary>The sum of all lanes, in a fixed order.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>Writes the sums of four registers, each as <see cref="Sum"/> adds them up.</summary>
    static abstract void StoreSums(TSelf a, TSelf b, TSelf c, TSelf d, float* sums);

    /// <summary>The largest lane.</summary>
    static abstract float MaxLane(TSelf a);
}
