// Attention within sequences.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class AttentionFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
    [
        .. from lengths in new int[][] { [], [1], [4], [3, 1, 5], [2, 0, 3] }
           from heads in new (int Count, int Width)[] { (1, 3), (2, 3), (3, 1) }
           from dropout in new[] { 0f, 0.3f }
           select Of(lengths, heads.Count, heads.Width, dropout),
        Of([17], 2, 5, 0.1f),
        new FunctionCase(
            "one query a sequence", scene => Make(scene, scene.Input(3, 6), scene.Input(9, 6), scene.Input(9, 6), [1, 1, 1], [3, 1, 5], 2, 0.3f),
            HasDropout: true),
        new FunctionCase("a sequence without queries", scene => Make(scene, scene.Input(2, 6), scene.Input(7, 6), scene.Input(7, 6), [0, 2], [3, 4], 2, 0f)),
        new FunctionCase("query, key and value are one", scene =>
        {
            Variable x = scene.Input(5, 6);
            return Make(scene, x, x, x, [2, 3], [2, 3], 2, 0f);
        }),
        new FunctionCase("key and value are one", scene =>
        {
            Variable q = scene.Input(5, 6), k = scene.Input(5, 6);
            return Make(scene, q, k, k, [2, 3], [2, 3], 2, 0.3f);
        }, HasDropout: true),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(4, 6), s.Input(4, 5), s.Input(4, 6), s.Integers(0, 4), s.Integers(0, 4), 2, 0f),
            "Attention", "[4, 6]", "[4, 5]");
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(4, 6), s.Input(4, 6), s.Input(3, 6), s.Integers(0, 4), s.Integers(0, 4), 2, 0f),
            "Attention", "value [3, 6]");
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(6), s.Input(6), s.Input(6), s.Integers(0, 4), s.Integers(0, 4), 2, 0f),
            "Attention", "[6]", "matrices");
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(4, 6), s.Input(4, 6), s.Input(4, 6), s.Integers(0, 4), s.Integers(0, 4), 4, 0f),
            "Attention", "4 heads", "width 6");
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(4, 6), s.Input(4, 6), s.Input(4, 6), s.Integers(0, 4), s.Integers(0, 4), 0, 0f),
            "Attention", "0 heads");
        Refuses(
            (s, t) => AttentionFunction.Apply(t, s.Input(1, 6), s.Input(4, 6), s.Input(4, 6), s.Integers(0, 1), s.Integers(0, 2, 4), 2, 0f),
            "Attention", "2 query offsets", "3 key offsets");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Without_heads_the_context_has_no_columns(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        using Tape tape = scene.Tape();
        Variable q = scene.Input(2, 0), k = scene.Input(4, 0), v = scene.Input(4, 0);
        Variable context = AttentionFunction.Apply(tape, q, k, v, scene.Integers(0, 1, 2), scene.Integers(0, 1, 4), heads: 0, dropoutProbability: 0.1f);
        (context.Shape, context.RequiresGrad).Should().Be((new Shape(2, 0), false));
    }

    private static FunctionCase Of(int[] lengths, int heads, int width, float dropout) => new(
        $"lengths [{string.Join(", ", lengths)}], {heads} heads of {width}, dropout {dropout}", scene =>
    {
        int tokens = lengths.Sum(), hidden = heads * width;
        return Make(scene, scene.Input(tokens, hidden), scene.Input(tokens, hidden), scene.Input(tokens, hidden), lengths, lengths, heads, dropout);
    }, dropout > 0);

    private static Subject Make(Scene scene, Variable q, Variable k, Variable v, int[] queries, int[] keys, int heads, float dropout)
    {
        int[] queryOffsets = Plain.Offsets(queries), keyOffsets = Plain.Offsets(keys);
        IntTensor asking = scene.Integers(queryOffsets), places = scene.Integers(keyOffsets);
        return Subject.Of(
            tape => AttentionFunction.Apply(tape, q, k, v, asking, places, heads, dropout),
            () => Expected(Plain.Read(q), Plain.Read(k), Plain.Read(v), queryOffsets, keyOffsets, heads, q.Shape.Columns, dropout));
    }

    private static double[] Expected(double[] q, double[] k, double[] v, int[] queryOffsets, int[] keyOffsets, int heads, int hidden, float dropout)
    {
        int width = hidden / heads;
        var context = new double[q.Length];
        for (int s = 0; s + 1 < keyOffsets.Length; s++)
        {
            int[] keys = [.. Enumerable.Range(keyOffsets[s], keyOffsets[s + 1] - keyOffsets[s])];
            for (int query = queryOffsets[s]; query < queryOffsets[s + 1]; query++)
            {
                for (int head = 0; head < heads; head++)
                {
                    int column = head * width;
                    double[] scores =
                        [.. keys.Select(key => Enumerable.Range(column, width).Sum(d => q[(query * hidden) + d] * k[(key * hidden) + d]) / Math.Sqrt(width))];
                    double[] probabilities = [.. Plain.LogSoftmax(scores).Select(Math.Exp)];
                    ulong row = (ulong)((query * heads) + head) << 32;
                    for (int j = 0; j < keys.Length; j++)
                    {
                        double kept = dropout > 0 ? Plain.Keep(dropout, stream: 0, row | (uint)(j / 4), j % 4) : 1;
                        for (int d = column; d < column + width; d++) context[(query * hidden) + d] += probabilities[j] * kept * v[(keys[j] * hidden) + d];
                    }
                }
            }
        }

        return context;
    }
}
