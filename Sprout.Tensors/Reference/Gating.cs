// The gates of L0 and the penalty on how many are open, plainly.
using Sprout.Tensors.Random;

namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    private const double Beta = 2.0 / 3.0;
    private const double Gamma = -0.1;
    private const double Zeta = 1.1;

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
}
