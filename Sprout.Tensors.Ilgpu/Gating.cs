// The gates of L0 and the penalty on how many are open.
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates)
    {
        if (scores.Count == 0) return;
        if (noise is Dropout place)
            launcher.Run(GatingKernels.NoisyGates, Elements(scores.Count), View(scores), new DropoutPlace(place), View(gates), CountOf(scores));
        else launcher.Run(GatingKernels.Gates, Elements(scores.Count), View(scores), View(gates), CountOf(scores));
    }

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores)
    {
        if (scores.Count > 0)
            launcher.Run(
                GatingKernels.GatesBackward, Elements(scores.Count), View(scores), new DropoutPlace(noise), View(dgates), View(dscores), CountOf(scores));
    }

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores)
    {
        Sum<SigmoidOf>(scores, scores, shift, value, index, scale: 1f, accumulate: false);
        if (dscores is not null && scores.Count > 0)
            launcher.Run(GatingKernels.SigmoidPenaltyGradient, Elements(scores.Count), View(scores), shift, scale, View(dscores), CountOf(scores));
    }
}
