// Masks and gates, plainly.
using Sprout.Tensors.Random;

namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    private const double Beta = 2.0 / 3.0;
    private const double Gamma = -0.1;
    private const double Zeta = 1.1;

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        ClearBits(bits);
        for (long i = 0; i < matrix.Count; i++)
            if (GetBit(blockBits, BlockOf(i, matrix.Columns, blockRows, blockColumns))) SetBit(bits, i);
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        for (long i = 0; i < y.Count; i++) y.Pointer[i] = blocks.Pointer[BlockOf(i, y.Shape.Columns, blockRows, blockColumns)];
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        var sums = new double[blocks.Count];
        for (long i = 0; i < x.Count; i++)
        {
            double term = y is null ? Math.Abs(x.Pointer[i]) : (double)x.Pointer[i] * y.Pointer[i];
            sums[BlockOf(i, x.Shape.Columns, blockRows, blockColumns)] += term;
        }

        for (int i = 0; i < sums.Length; i++) blocks.Pointer[i] = (float)sums[i];
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = (float)(x.Pointer[i] * MaskFactor(mask, i));
    }

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates)
    {
        for (long i = 0; i < scores.Count; i++)
        {
            double s = noise is Dropout place ? NoisySigmoid(scores.Pointer[i], place, i) : Sigmoid(scores.Pointer[i]);
            gates.Pointer[i] = (float)Math.Clamp((s * (Zeta - Gamma)) + Gamma, 0, 1);
        }
    }

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores)
    {
        for (long i = 0; i < scores.Count; i++)
        {
            double s = NoisySigmoid(scores.Pointer[i], noise, i);
            bool inside = (s * (Zeta - Gamma)) + Gamma is >= 0 and <= 1;
            dscores.Pointer[i] = inside ? (float)(dgates.Pointer[i] * ((Zeta - Gamma) / Beta) * s * (1 - s)) : 0;
        }
    }

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores)
    {
        double sum = 0;
        for (long i = 0; i < scores.Count; i++)
        {
            double s = Sigmoid((double)scores.Pointer[i] - shift);
            sum += s;
            if (dscores is not null) Add(dscores, i, scale * s * (1 - s));
        }

        value.Pointer[index] = (float)sum;
    }

    private static double NoisySigmoid(double score, Dropout noise, long element)
    {
        double u = noise.Probability == 0 ? 0.5 : 0.0001 + (0.9998 * Philox.Uniform(RandomWord(noise, element)));
        return Sigmoid((Math.Log(u) - Math.Log(1 - u) + score) / Beta);
    }

    private static long BlockOf(long entry, int columns, int blockRows, int blockColumns) =>
        (entry / columns / blockRows * (columns / blockColumns)) + (entry % columns / blockColumns);
}
