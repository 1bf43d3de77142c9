// Losses, masks and gates of the processor against plain double loops; and the same bits on any number of threads.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public class CpuLossAndMaskTests
{
    public static TheoryData<InstructionSet> Sets => CpuArena.InstructionSets;

    [Theory, MemberData(nameof(Sets))]
    public void Losses_of_segments(InstructionSet set)
    {
        int[] offsets = [0, 1, 4, 4, 6, 43, 75, 459];
        int[] targets = [0, 2, 0, 1, 36, 5, 100];
        foreach (float size in new[] { 3f, 1e4f })
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            var shape = new Shape(offsets[^1]);
            Tensor x = arena.Random(shape, size), teacher = arena.Random(shape, size), loss = arena.Of(new Shape(1), [2f]), dx = arena.Zeros(shape);
            IntTensor first = arena.Ints(offsets);
            float[] x0 = x.ToArray(), t0 = teacher.ToArray();
            double[] expected = new double[x0.Length];
            double value = 0;
            for (int s = 0; s < targets.Length; s++)
            {
                float[] logits = x0[offsets[s]..offsets[s + 1]];
                if (logits.Length == 0) continue;
                double[] p = Softmax(logits, 1);
                value += Math.Log(logits.Sum(v => Math.Exp(v - logits.Max()))) + logits.Max() - logits[targets[s]];
                for (int i = 0; i < p.Length; i++) expected[offsets[s] + i] = 0.5 * (p[i] - (i == targets[s] ? 1 : 0));
            }

            arena.Backend.CrossEntropy(x, first, arena.Ints(targets), 0.5f, loss, dx);
            loss.Item().Should().BeApproximately((float)(2 + (0.5 * value)), (float)(1e-6 * (2 + value)));
            Close(dx, expected, 1e-6 * size);

            value = 0;
            for (int s = 0; s < targets.Length; s++)
            {
                if (offsets[s] == offsets[s + 1]) continue;
                double[] p = Softmax(x0[offsets[s]..offsets[s + 1]], 2), q = Softmax(t0[offsets[s]..offsets[s + 1]], 2);
                for (int i = 0; i < p.Length; i++)
                {
                    if (q[i] > 1e-30) value += q[i] * 4 * Math.Log(q[i] / Math.Max(p[i], double.Epsilon));
                    expected[offsets[s] + i] += 0.5 * 2 * (p[i] - q[i]);
                }
            }

            loss.CopyFrom([2f]);
            arena.Backend.Distillation(x, teacher, first, 2f, 0.5f, loss, dx);
            Close(dx, expected, 1e-6 * size);
            if (size < 1000) loss.Item().Should().BeApproximately((float)(2 + (0.5 * value)), (float)(1e-5 * value));
            else float.IsFinite(loss.Item()).Should().BeTrue();

            loss.CopyFrom([2f]);
            arena.Backend.SquaredError(x, teacher, 0.5f, loss, dx);
            value = 2 + (0.5 * x0.Zip(t0).Sum(pair => Math.Pow(pair.First - (double)pair.Second, 2)));
            loss.Item().Should().BeApproximately((float)value, (float)(1e-6 * value));
            Close(dx, [.. expected.Select((e, i) => e + x0[i] - t0[i])], 2e-6 * size);
            arena.Everything();
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Blocks_spread_and_sum(InstructionSet set)
    {
        (int, int, int, int)[] cases = [(64, 96, 32, 32), (48, 80, 16, 16), (6, 35, 1, 35), (8, 40, 8, 1), (33, 21, 3, 7), (4, 1000, 2, 500), (300, 128, 1, 1)];
        foreach ((int rows, int columns, int br, int bc) in cases)
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            var shape = new Shape(rows, columns);
            var blockShape = new Shape(rows / br, columns / bc);
            Tensor x = arena.Random(shape), y = arena.Random(shape), blocks = arena.Random(blockShape), z = arena.Random(shape);
            float[] x0 = x.ToArray(), y0 = y.ToArray(), blocks0 = blocks.ToArray();
            int BlockOf(int i) => (i / columns / br * (columns / bc)) + (i % columns / bc);
            arena.Backend.ExpandBlocks(blocks, br, bc, z);
            z.ToArray().Should().Equal(x0.Select((_, i) => blocks0[BlockOf(i)]));

            int words = Mask.WordsOf(blockShape.Count);
            IntTensor blockBits = arena.Ints([.. Enumerable.Range(0, words).Select(w => 0x35A7C96B ^ (w * 77777))]);
            IntTensor bits = arena.Ints(new int[Mask.WordsOf(shape.Count)]);
            arena.Backend.ExpandBits(blockBits, shape, br, bc, bits);
            int[] from = blockBits.ToArray(), to = bits.ToArray();
            Enumerable.Range(0, to.Length * 32).Select(i => (to[i / 32] >> (i % 32)) & 1)
                .Should().Equal(Enumerable.Range(0, to.Length * 32).Select(i => i < x0.Length ? (from[BlockOf(i) / 32] >> (BlockOf(i) % 32)) & 1 : 0));

            foreach (Tensor? other in new[] { y, null })
            {
                var expected = new double[blockShape.Count];
                for (int i = 0; i < x0.Length; i++) expected[BlockOf(i)] += other is null ? Math.Abs(x0[i]) : x0[i] * (double)y0[i];
                arena.Backend.BlockSum(x, other, br, bc, blocks);
                Close(blocks, expected, 1e-4);
            }

            using Mask mask = Mask.OfBits(arena.Backend, shape);
            arena.Backend.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(to), mask.Bits!.Buffer, 0);
            arena.Backend.ApplyMask(x, mask, z);
            z.ToArray().Should().Equal(x0.Select((v, i) => ((to[i / 32] >> (i % 32)) & 1) != 0 ? v : 0f));
            using Mask gates = Mask.OfGates(arena.Backend, shape);
            gates.Gates!.CopyFrom(y0);
            arena.Backend.ApplyMask(x, gates, z);
            z.ToArray().Should().Equal(x0.Select((v, i) => v * y0[i]));
            arena.Everything();
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Hard_concrete_gates(InstructionSet set)
    {
        var noise = new Dropout(1f, 42, 7);
        foreach (int count in new[] { 1, 15, 16, 300, 20000 })
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            var shape = new Shape(count);
            Tensor scores = arena.Random(shape, 4), gates = arena.Random(shape), dgates = arena.Random(shape), dscores = arena.Random(shape);
            Tensor value = arena.Random(new Shape(2));
            float[] s0 = scores.ToArray(), g0 = dgates.ToArray(), d0 = dscores.ToArray();
            arena.Backend.HardConcrete(scores, null, gates);
            Close(gates, [.. s0.Select(s => Math.Clamp((Sigma(s) * 1.2) - 0.1, 0, 1))], 2e-6);
            foreach (Dropout n in new[] { noise, noise with { Probability = 0 } })
            {
                double[] s = [.. s0.Select((x, i) => Sigma((x + Logit(n, i)) * 1.5))];
                arena.Backend.HardConcrete(scores, n, gates);
                Close(gates, [.. s.Select(v => Math.Clamp((v * 1.2) - 0.1, 0, 1))], 2e-5);
                arena.Backend.HardConcreteBackward(scores, n, dgates, gates);
                Close(gates, [.. s.Select((v, i) => (v * 1.2) - 0.1 is >= 0 and <= 1 ? g0[i] * 1.8 * v * (1 - v) : 0)], 2e-5);
            }

            arena.Backend.SigmoidPenalty(scores, 0.3f, 0.5f, value, 1, dscores);
            value.ToArray()[1].Should().BeApproximately((float)s0.Sum(s => Sigma(s - 0.3f)), 1e-6f * (1 + count));
            Close(dscores, [.. s0.Select((s, i) => d0[i] + (0.5 * Sigma(s - 0.3f) * (1 - Sigma(s - 0.3f))))], 2e-6);
            arena.Everything();
        }

        static double Logit(Dropout noise, int i)
        {
            if (!noise.IsActive) return 0;
            (uint x0, uint x1, uint x2, uint x3) = Philox.Next(noise.Key, (ulong)i / 4, noise.Stream);
            double u = 0.0001 + (0.9998 * Philox.Uniform((i % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 }));
            return Math.Log(u) - Math.Log(1 - u);
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void All_kernels_give_the_same_bits_on_any_number_of_threads(InstructionSet set)
    {
        float[] one = RunAll(set, 1);
        foreach (int threads in new[] { 2, 3 })
            RunAll(set, threads).Select(BitConverter.SingleToInt32Bits).SequenceEqual(one.Select(BitConverter.SingleToInt32Bits)).Should().BeTrue(
                "{0} threads", threads);
    }

    private static float[] RunAll(InstructionSet set, int threads)
    {
        using var arena = new CpuArena(CpuBackend.Open(threads, set));
        IBackend b = arena.Backend;
        int tokens = 260, hidden = 192, heads = 6;
        var shape = new Shape(tokens, hidden);
        var drop = new Dropout(0.1f, 3, 4);
        Tensor x = arena.Random(shape), y = arena.Random(shape), z = arena.Random(shape), dx = arena.Random(shape), row = arena.Random(new Shape(hidden));
        Tensor column = arena.Random(new Shape(tokens)), column2 = arena.Random(new Shape(tokens));
        Tensor lse = arena.Random(new Shape(tokens, heads)), scalars = arena.Zeros(new Shape(8)), row2 = arena.Random(new Shape(hidden));
        Tensor blocks = arena.Zeros(new Shape(tokens / 2, hidden / 4));
        Tensor[] more = [.. Enumerable.Range(0, 8).Select(_ => arena.Random(shape))];
        IntTensor offsets = arena.Ints(0, 13, 13, 100, 230, tokens), rows = arena.Ints([.. Enumerable.Range(0, tokens).Select(t => t * 31 % 17)]);
        IntTensor bits = arena.Ints(new int[Mask.WordsOf(shape.Count)]);
        IntTensor segments = arena.Ints([.. Enumerable.Range(0, tokens + 1).Select(t => t * hidden)]), targets = arena.Ints(new int[tokens]);
        b.ApplyDropout(x, drop, y);
        b.MapBackward<Gelu>(x, y, z, dx, accumulate: true);
        b.LayerNormForward(x, y, drop, row, row2, 1e-12f, more[0], column, column2, more[1]);
        b.LayerNormBackward(more[0], column, column2, row, more[1], drop, more[2], more[3], true, row, row2);
        b.ColumnSum(x, row);
        b.AttentionForward(x, y, z, offsets, offsets, heads, drop, lse, more[4]);
        b.AttentionBackward(x, y, z, more[4], lse, dx, offsets, offsets, heads, drop, more[5], more[6], more[7]);
        b.ScatterAdd(x, rows, more[3]);
        b.Gather(more[5], rows, more[6], accumulate: true);
        b.SumOfSquares(x, scalars, 1);
        b.CrossEntropy(x, segments, targets, 0.1f, scalars.Slice(2, new Shape(1)), dx);
        b.Distillation(x, y, segments, 2f, 0.1f, scalars.Slice(3, new Shape(1)), dx);
        b.SquaredError(x, y, 0.1f, scalars.Slice(4, new Shape(1)), dx);
        b.SigmoidPenalty(x, 0.1f, 0.1f, scalars, 5, dx);
        b.BlockSum(x, y, 2, 4, blocks);
        b.TopV([dx], 12345, [bits]);
        b.HardConcrete(x, drop, more[0]);
        b.AdamW(dx, new AdamWStep(0.1f, 0.9f, 0.999f, 1e-8f, 0.1f, 1f, 3), x, more[1], more[0]);
        return arena.Everything();
    }

    private static double Sigma(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Softmax(float[] x, double temperature)
    {
        double[] e = [.. x.Select(v => Math.Exp((v - x.Max()) / temperature))];
        return [.. e.Select(v => v / e.Sum())];
    }

    private static void Close(Tensor actual, double[] expected, double tolerance) =>
        actual.ToArray().Select((value, i) => Math.Abs(value - expected[i])).Max().Should().BeLessThan(tolerance, "{0}", actual.Shape);
}
