// Attention against plain double loops.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public class CpuAttentionTests
{
    public static TheoryData<InstructionSet> Sets => CpuArena.InstructionSets;

    private static readonly (int Heads, int Width, int[] Lengths)[] Cases =
    [
        (2, 16, [13, 1, 0, 40]),
        (3, 32, [7, 33]),
        (1, 64, [130, 16, 64]),
        (2, 1, [5, 2]),
        (2, 13, [17, 70]),
        (1, 24, [512]),
        (1, 80, [3, 48]),
    ];

    [Theory, MemberData(nameof(Sets))]
    public void Attention_equals_double_loops(InstructionSet set)
    {
        foreach ((int heads, int width, int[] lengths) in Cases)
            foreach (float p in new[] { 0f, 0.3f })
                Check(set, heads, width, lengths, new Dropout(p, 0x1234567890, 77));
    }

    private static void Check(InstructionSet set, int heads, int width, int[] lengths, Dropout dropout)
    {
        using var arena = new CpuArena(CpuBackend.Open(2, set));
        var offsets = new int[lengths.Length + 1];
        for (int s = 0; s < lengths.Length; s++) offsets[s + 1] = offsets[s] + lengths[s];
        int tokens = offsets[^1], hidden = heads * width;
        var shape = new Shape(tokens, hidden);
        Tensor q = arena.Random(shape, 2), k = arena.Random(shape, 2), v = arena.Random(shape), g = arena.Random(shape);
        Tensor context = arena.Random(shape), lse = arena.Random(new Shape(tokens, heads)), dq = arena.Random(shape), dk = arena.Random(shape);
        Tensor dv = arena.Random(shape);
        IntTensor first = arena.Ints(offsets);
        arena.Backend.AttentionForward(q, k, v, first, first, heads, dropout, lse, context);
        arena.Backend.AttentionBackward(q, k, v, context, lse, g, first, first, heads, dropout, dq, dk, dv);
        arena.Everything();
        Expected e = Reference(q.ToArray(), k.ToArray(), v.ToArray(), g.ToArray(), offsets, heads, width, dropout);
        string name = $"{set} heads {heads} width {width} dropout {dropout.Probability}";
        Close(context, e.Context, name + " context");
        Close(lse, e.LogSumExp, name + " lse");
        Close(dq, e.DQ, name + " dq");
        Close(dk, e.DK, name + " dk");
        Close(dv, e.DV, name + " dv");
    }

    private static void Close(Tensor actual, double[] expected, string because)
    {
        float[] values = actual.ToArray();
        values.Select((value, i) => Math.Abs(value - expected[i]) / (1 + Math.Abs(expected[i]))).Max().Should().BeLessThan(2e-5, because);
    }

    private sealed record Expected(double[] Context, double[] LogSumExp, double[] DQ, double[] DK, double[] DV);

    private static Expected Reference(float[] q, float[] k, float[] v, float[] g, int[] offsets, int heads, int width, Dropout dropout)
    {
        int hidden = heads * width, tokens = offsets[^1];
        var e = new Expected(
            new double[tokens * hidden], new double[tokens * heads], new double[tokens * hidden], new double[tokens * hidden], new double[tokens * hidden]);
        double scale = 1 / Math.Sqrt(width);
        for (int s = 0; s + 1 < offsets.Length; s++)
            for (int h = 0; h < heads; h++)
                for (int i = offsets[s]; i < offsets[s + 1]; i++)
                {
                    int start = offsets[s], length = offsets[s + 1] - start;
                    var p = new double[length];
                    for (int j = 0; j < length; j++)
                        for (int d = 0; d < width; d++) p[j] += scale * q[At(i, d)] * k[At(start + j, d)];
                    double max = p.Max(), sum = p.Sum(x => Math.Exp(x - max));
                    e.LogSumExp[(i * heads) + h] = max + Math.Log(sum);
                    for (int j = 0; j < length; j++) p[j] = Math.Exp(p[j] - max) / sum;
                    double[] kept = Kept(length, ((ulong)i * (ulong)heads) + (ulong)h, dropout);
                    var dp = new double[length];
                    for (int j = 0; j < length; j++)
                        for (int d = 0; d < width; d++)
                        {
                            e.Context[At(i, d)] += p[j] * kept[j] * v[At(start + j, d)];
                            e.DV[At(start + j, d)] += p[j] * kept[j] * g[At(i, d)];
                            dp[j] += kept[j] * g[At(i, d)] * v[At(start + j, d)];
                        }

                    double delta = Enumerable.Range(0, length).Sum(j => p[j] * dp[j]);
                    for (int j = 0; j < length; j++)
                        for (int d = 0; d < width; d++)
                        {
                            double ds = p[j] * (dp[j] - delta) * scale;
                            e.DQ[At(i, d)] += ds * k[At(start + j, d)];
                            e.DK[At(start + j, d)] += ds * q[At(i, d)];
                        }

                    int At(int token, int d) => (token * hidden) + (h * width) + d;
                }

        return e;
    }

    private static double[] Kept(int length, ulong row, Dropout dropout)
    {
        var kept = new double[length];
        for (int j = 0; j < length; j++)
        {
            (uint x0, uint x1, uint x2, uint x3) = Philox.Next(dropout.Key, (row << 32) | (uint)(j / 4), dropout.Stream);
            uint word = (j % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
            kept[j] = !dropout.IsActive ? 1 : word >= dropout.Threshold ? dropout.Scale : 0;
        }

        return kept;
    }
}
