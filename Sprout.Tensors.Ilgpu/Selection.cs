// Which entries stay: the largest scores, or those above a threshold.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(bits);
        int mostGroups = 8 * Math.Max(accelerator.NumMultiprocessors, 1);
        int[] countGroups = [.. scores.Select(tensor => Math.Min(Divided(tensor.Count, SelectionKernels.CountLanes), mostGroups))];
        int[] markGroups = [.. scores.Select(tensor => Divided(tensor.Count, 32 * SelectionKernels.MarkLanes))];
        int allCounts = countGroups.Sum(), allMarks = markGroups.Sum();
        using IntTensor state = IntTensor.Rent(this, 2), counts = IntTensor.Rent(this, SelectionKernels.Digits * allCounts);
        using IntTensor ties = IntTensor.Rent(this, allMarks);
        launcher.Run(SelectionKernels.Begin, new KernelConfig(1, 1), View(state), CountOf(keep));
        for (int round = 0; round < SelectionKernels.Rounds; round++)
        {
            foreach ((int i, int first) in Places(countGroups))
                launcher.Run(
                    SelectionKernels.CountDigits, new KernelConfig(countGroups[i], SelectionKernels.CountLanes), View(scores[i]), View(state), round,
                    View(counts), first, allCounts, CountOf(scores[i]));
            launcher.Run(SelectionKernels.ChooseDigit, new KernelConfig(1, lanes), View(state), round, View(counts), allCounts);
        }

        foreach ((int i, int first) in Places(markGroups))
            launcher.Run(
                SelectionKernels.CountTies, new KernelConfig(markGroups[i], SelectionKernels.MarkLanes), View(scores[i]), View(state), View(ties), first,
                CountOf(scores[i]));
        launcher.Run(SelectionKernels.SumTies, new KernelConfig(1, lanes), View(ties), allMarks);
        foreach ((int i, int first) in Places(markGroups))
            launcher.Run(
                SelectionKernels.Mark, new KernelConfig(markGroups[i], SelectionKernels.MarkLanes), View(scores[i]), View(state), View(ties), first,
                View(bits[i]), CountOf(scores[i]));
    }

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        TopV([scores], minimumKept, [bits]);
        int groups = Divided(scores.Count, 32 * SelectionKernels.MarkLanes);
        if (groups > 0)
            launcher.Run(
                SelectionKernels.MarkAbove, new KernelConfig(groups, SelectionKernels.MarkLanes), View(scores), threshold, View(bits), CountOf(scores));
    }

    // The tensors that have groups at all, with the number of groups before them.
    private static IEnumerable<(int Tensor, int FirstGroup)> Places(int[] groups)
    {
        int first = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i] > 0) yield return (i, first);
            first += groups[i];
        }
    }
}
