using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// log softmax(x · warmth) = (x − max x) · warmth − log Σ exp((x − max x) · warmth). The difference comes first: it is exact for what counts, where a
/// difference of scaled logits would be off by what their products are rounded to.
/// </summary>
internal readonly struct LogSoftmax
{
    private readonly float maximum, warmth, logSum;

    /// <summary>From the largest of the logits and the sum of their exponentials.</summary>
    public LogSoftmax(float maximum, float warmth, float sum) => (this.maximum, this.warmth, logSum) = (maximum, warmth, Log.Forward(new Lane(sum)).Value);

    /// <summary>The largest of a thread's logits.</summary>
    public static float Largest(ArrayView<float> logits, int first, int end)
    {
        float largest = float.NegativeInfinity;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            if (logits[i] > largest) largest = logits[i];
        }

        return largest;
    }

    /// <summary>Σ exp((x − maximum) · warmth) over a thread's logits.</summary>
    public static float SumOfExponentials(ArrayView<float> logits, int first, int end, float maximum, float warmth)
    {
        float sum = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) sum += Exp.Forward(new Lane((logits[i] - maximum) * warmth)).Value;
        return sum;
    }

    /// <summary>Its value where the logit is x.</summary>
    public float At(float x) => ((x - maximum) * warmth) - logSum;
}
