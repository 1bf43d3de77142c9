// Top_v against sorting.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Tensors;

public class CpuSelectionTests
{
    public static TheoryData<InstructionSet> Sets => CpuArena.InstructionSets;

    private static readonly int[] Sizes = [0, 1, 31, 32, 33, 1000, 100003];

    private static readonly (string Name, Func<Random, int, float> Value)[] Kinds =
    [
        ("normal", (r, _) => (float)(r.NextDouble() + r.NextDouble() - 1)),
        ("few values, both zeros", (r, _) => r.Next(5) switch { 0 => -0f, 1 => 0f, 2 => 1f, 3 => -1f, _ => float.Epsilon }),
        ("all equal", (_, _) => 0f),
        ("extremes", (r, _) => r.Next(8) switch
        {
            0 => float.NaN,
            1 => -float.NaN,
            2 => float.PositiveInfinity,
            3 => float.NegativeInfinity,
            4 => float.MaxValue,
            5 => float.MinValue,
            6 => -float.Epsilon,
            _ => r.NextSingle(),
        }),
        ("all NaN", (_, _) => float.NaN),
        ("rising", (_, i) => i - 500f),
    ];

    [Theory, MemberData(nameof(Sets))]
    public void TopV_keeps_what_sorting_keeps(InstructionSet set)
    {
        foreach ((string name, Func<Random, int, float> value) in Kinds)
            foreach (int size in Sizes)
            {
                float[] scores = Make(size, value);
                Check(set, [scores], Keeps(size), $"{set} {name} {size}");
            }
    }

    [Theory, MemberData(nameof(Sets))]
    public void TopV_ranks_several_tensors_together(InstructionSet set)
    {
        foreach ((string name, Func<Random, int, float> value) in Kinds)
        {
            float[][] scores = [Make(33, value), [], Make(20001, value), Make(64, value), Make(1, value), []];
            Check(set, scores, Keeps(scores.Sum(s => s.Length)), $"{set} {name}");
        }
    }

    // Many small tensors weigh more in a sample than their share, so that a guess from it is wrong.
    [Theory, MemberData(nameof(Sets))]
    public void TopV_is_exact_where_a_sample_misleads(InstructionSet set)
    {
        foreach (float misleading in new[] { 1e9f, -1e9f, 0f, float.NaN, float.NegativeInfinity })
        {
            float[][] scores = [Make(90001, Kinds[0].Value), .. Enumerable.Repeat(new[] { misleading }, 600)];
            Check(set, scores, [1, 600, 601, 5000, 45000, 90000, 90001, 90300], $"{set} {misleading}");
        }
    }

    // A mask's next selection looks where its last ones ended: drifting scores stay there, and what leaps must not be missed.
    [Theory, MemberData(nameof(Sets))]
    public void TopV_is_exact_from_selection_to_selection(InstructionSet set)
    {
        (float Drift, int Keep)[] steps =
        [
            (0, 9000), (0.01f, 9000), (0.01f, 8900), (0.01f, 8800), (-0.02f, 8700), (50, 8600), (0, 40000), (0, 40000), (0, 40000), (float.NaN, 100),
            (float.PositiveInfinity, 7), (0.01f, 7), (0.01f, 90000), (0.01f, 89000),
        ];
        using var arena = new CpuArena(CpuBackend.Open(2, set));
        float[] start = Make(90001, Kinds[0].Value);
        Tensor scores = arena.Of(new Shape(start.Length), start);
        IntTensor bits = arena.Ints(new int[Mask.WordsOf(start.Length)]);
        float sum = 0;
        foreach ((float drift, int keep) in steps)
        {
            sum = float.IsFinite(drift) ? sum + drift : 0;
            float[] values = [.. start.Select((v, i) => float.IsFinite(drift) ? v + (sum * (1 + (i % 3))) : i % 2 == 0 ? drift : v)];
            scores.CopyFrom(values);
            arena.Backend.TopV([scores], keep, [bits]);
            Unpack(bits, values.Length).SequenceEqual(Kept([values], Order([values]).Take(keep))[0]).Should().BeTrue(
                "{0}, drift {1}, keep {2}", set, drift, keep);
        }
    }

    [Fact]
    public void What_a_selection_remembers_lies_in_its_mask_and_ends_with_it()
    {
        using var arena = new CpuArena(CpuBackend.Open(1));
        IntTensor bits = arena.Ints(new int[4]);
        bits.Hint.Should().BeNull();
        arena.Backend.TopV([arena.Random(new Shape(128))], 5, [bits]);
        bits.Hint.Should().NotBeNull();
        bits.Dispose();
        bits.Hint.Should().BeNull();
    }

    [Theory, MemberData(nameof(Sets))]
    public void Threshold_keeps_greater_scores_and_at_least_the_minimum(InstructionSet set)
    {
        using var arena = new CpuArena(CpuBackend.Open(2, set));
        float[] values = Make(40001, Kinds[0].Value);
        Tensor scores = arena.Of(new Shape(values.Length), values);
        IntTensor bits = arena.Ints(new int[Mask.WordsOf(values.Length)]);
        arena.Backend.Threshold(scores, 0.25f, 100, bits);
        Unpack(bits, values.Length).Should().Equal(values.Select(v => v > 0.25f));
        arena.Backend.Threshold(scores, 2f, 100, bits);
        Unpack(bits, values.Length).Should().Equal(Kept([values], Order([values]).Take(100))[0]);
        arena.Backend.CountBits(bits, values.Length).Should().Be(100);
        arena.Backend.Threshold(scores, -2f, 0, bits);
        arena.Backend.CountBits(bits, values.Length).Should().Be(values.Length);
        arena.Backend.CountBits(bits, 16385).Should().Be(16385);
    }

    private static IEnumerable<long> Keeps(int size) => new long[] { 0, 1, size / 10, size / 2, size - 1, size }.Where(k => k >= 0 && k <= size).Distinct();

    private static float[] Make(int size, Func<Random, int, float> value)
    {
        var random = new Random(size);
        return [.. Enumerable.Range(0, size).Select(i => value(random, i))];
    }

    private static void Check(InstructionSet set, float[][] scores, IEnumerable<long> keeps, string name)
    {
        using var arena = new CpuArena(CpuBackend.Open(2, set));
        Tensor[] tensors = [.. scores.Select(s => arena.Of(new Shape(s.Length), s))];
        (int Tensor, int Index)[] order = Order(scores);
        foreach (long keep in keeps)
        {
            IntTensor[] bits = [.. scores.Select(s => arena.Ints(Enumerable.Repeat(-1, Mask.WordsOf(s.Length)).ToArray()))];
            arena.Backend.TopV(tensors, keep, bits);
            bool[][] expected = Kept(scores, order.Take((int)keep));
            for (int t = 0; t < scores.Length; t++)
            {
                Unpack(bits[t], scores[t].Length).SequenceEqual(expected[t]).Should().BeTrue("{0}, keep {1}, tensor {2}", name, keep, t);
                int used = scores[t].Length % 32;
                if (used != 0) ((uint)bits[t].ToArray()[^1] >> used).Should().Be(0, name);
            }
        }

        arena.Everything();
    }

    // A stable sort, so that equal scores stay in the order of tensors and indices; NaN orders below all numbers.
    private static (int Tensor, int Index)[] Order(float[][] scores) =>
        [.. scores.SelectMany((s, t) => s.Select((v, i) => (Value: v == 0 ? 0f : v, Place: (t, i)))).OrderByDescending(x => x.Value).Select(x => x.Place)];

    private static bool[][] Kept(float[][] scores, IEnumerable<(int Tensor, int Index)> places)
    {
        bool[][] kept = [.. scores.Select(s => new bool[s.Length])];
        foreach ((int tensor, int index) in places) kept[tensor][index] = true;
        return kept;
    }

    private static IEnumerable<bool> Unpack(IntTensor bits, int count)
    {
        int[] words = bits.ToArray();
        return Enumerable.Range(0, count).Select(i => ((words[i / 32] >> (i % 32)) & 1) != 0);
    }
}
