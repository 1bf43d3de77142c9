using Sprout.Tensors.Host;
using Sprout.Tensors.Random;

namespace Sprout.Tensors.Reference;

/// <summary>
/// The oracle: every kernel as the plainest loop over its formula, sums in double, one thread, never optimised. Tests compare all other backends with it.
/// </summary>
public sealed unsafe partial class ReferenceBackend : HostBackend, IBackend
{
    /// <inheritdoc/>
    public string Name => "reference";

    /// <inheritdoc/>
    public string InstructionSet => "portable";

    private static uint RandomWord(Dropout place, ulong counterLow, int word)
    {
        (uint x0, uint x1, uint x2, uint x3) = Philox.Next(place.Key, counterLow, place.Stream);
        return word switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
    }

    private static uint RandomWord(Dropout place, long element) => RandomWord(place, (ulong)element / 4, (int)(element % 4));

    // A dropped value is 0 whatever it was, so the survivor is chosen rather than multiplied by 0 or 1.
    private static double Drop(double x, Dropout dropout, uint word) => word >= dropout.Threshold ? x * dropout.Scale : 0;

    private static double Drop(double x, Dropout dropout, long element) =>
        dropout.IsActive ? Drop(x, dropout, RandomWord(dropout, element)) : x;

    private static double MaskFactor(Mask? mask, long entry)
    {
        if (mask is null) return 1;
        return mask.Gates is Tensor gates ? gates.Pointer[entry] : GetBit(mask.Bits!, entry) ? 1 : 0;
    }

    private static bool GetBit(IntTensor bits, long entry) => (bits.Pointer[entry / 32] >> (int)(entry % 32) & 1) != 0;

    private static void SetBit(IntTensor bits, long entry) => bits.Pointer[entry / 32] |= 1 << (int)(entry % 32);

    private static void ClearBits(IntTensor bits)
    {
        for (int i = 0; i < bits.Length; i++) bits.Pointer[i] = 0;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double LogSumExp(ReadOnlySpan<double> values)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double value in values) largest = Math.Max(largest, value);
        foreach (double value in values) sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    private static void Add(Tensor x, long index, double value) => x.Pointer[index] = (float)(x.Pointer[index] + value);

    private static double[] ToDoubles(Tensor x)
    {
        var values = new double[x.Count];
        for (int i = 0; i < values.Length; i++) values[i] = x.Pointer[i];
        return values;
    }
}
