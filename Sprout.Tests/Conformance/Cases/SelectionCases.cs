// Cases of the kernels that choose which entries stay: the results are bits, so every one is exact.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Conformance.Cases;

internal static class SelectionCases
{
    private static readonly float[] Awkward =
    [
        float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1f,
    ];

    private static readonly Dictionary<string, Func<RandomStream, float>> Distributions = new()
    {
        ["normal"] = random => random.Normal(),
        ["ties"] = random => random.NextInt(3) - 1,
        ["zeros of both signs"] = random => random.NextInt(2) == 0 ? 0f : -0f,
        ["constant"] = _ => 2.197f,
        ["awkward"] = random => Awkward[random.NextInt(Awkward.Length)],
        ["close"] = random => 1f + (random.NextInt(64) * 1.1920929e-7f),
    };

    // Local selection has one tensor, global selection has all of a model.
    private static readonly int[][] Models = [[0], [1], [3], [31], [33], [127], [1023], [70_001], [33, 0, 1, 127, 1023], [40_000, 5, 33_000]];

    public static IEnumerable<KernelCase> All =>
    [
        .. from model in Models
           from distribution in Distributions
           let all = model.Sum()
           from keep in new[] { 0, 1, all / 10, all / 2, all - 1, all }.Where(keep => keep >= 0 && keep <= all).Distinct()
           select TopV(model, distribution.Key, distribution.Value, keep),
        .. from n in KernelMenu.Lengths
           from distribution in Distributions
           from threshold in new[] { 0f, 1f, 1e9f }
           from minimum in new[] { 0, n / 5, n }.Distinct()
           select Threshold(n, distribution.Key, distribution.Value, threshold, minimum),
    ];

    private static KernelCase TopV(int[] model, string label, Func<RandomStream, float> draw, int keep) =>
        new(nameof(IBackend.TopV), $"[{string.Join(", ", model)}] {label}, keep {keep}", run => run.Backend.TopV(
            [.. model.Select(n => run.Source(new Shape(n), draw))], keep, [.. model.Select((n, i) => run.BitDestination($"bits{i}", n))]));

    private static KernelCase Threshold(int n, string label, Func<RandomStream, float> draw, float threshold, int minimum) =>
        new(nameof(IBackend.Threshold), $"[{n}] {label}, above {threshold}, at least {minimum}", run =>
            run.Backend.Threshold(run.Source(new Shape(n), draw), threshold, minimum, run.BitDestination("bits", n)));
}
