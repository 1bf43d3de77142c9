// Cases of the attention kernels.
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Conformance.Cases;

internal static class AttentionCases
{
    // Lengths of the sequences of a batch, none and empty ones included.
    private static readonly int[][] Batches = [[], [0], [1], [2], [13], [64], [130], [1, 2, 13], [5, 0, 3], [33, 130, 64, 7]];

    // Queries of the sequences of a batch where not every token asks: one each, none of some, more than there are keys.
    private static readonly (int[] Queries, int[] Keys)[] Asking =
    [
        ([1], [64]), ([1, 1, 1], [1, 2, 130]), ([0], [5]), ([0, 0, 0, 1], [40, 3, 30, 70]), ([2, 0, 40, 0], [13, 0, 7, 33]),
        ([.. Enumerable.Repeat(1, 70)], [.. Enumerable.Repeat(3, 70)]),
    ];

    // Heads and their width.
    private static readonly (int Heads, int Width)[] HeadShapes = [(1, 1), (3, 5), (2, 8), (2, 33), (1, 64)];

    public static IEnumerable<KernelCase> All =>
    [
        .. from batch in Batches
           from shape in HeadShapes
           from dropout in new[] { Dropout.None, KernelMenu.Dropout }
           from test in OfBatch(batch, batch, shape.Heads, shape.Width, dropout)
           select test,
        .. from batch in Asking
           from shape in HeadShapes
           from dropout in new[] { Dropout.None, KernelMenu.Dropout }
           from test in OfBatch(batch.Queries, batch.Keys, shape.Heads, shape.Width, dropout)
           select test,
        // As long as BERT reads, and a little longer.
        .. OfBatch([515], [515], heads: 2, width: 8, KernelMenu.Dropout),
    ];

    private static IEnumerable<KernelCase> OfBatch(int[] queries, int[] keys, int heads, int width, Dropout dropout)
    {
        string label = $"lengths [{string.Join(", ", queries)}] of [{string.Join(", ", keys)}], {heads} heads of {width}, p = {dropout.Probability}";
        yield return Forward(label, queries, keys, heads, width, dropout, scale: 1, keepLogSumExp: true);
        yield return Forward($"{label}, no logSumExp", queries, keys, heads, width, dropout, scale: 1, keepLogSumExp: false);
        yield return Forward($"{label}, large", queries, keys, heads, width, dropout, scale: 15, keepLogSumExp: true);
        yield return Backward(label, queries, keys, heads, width, dropout);
    }

    // The weights of a row sum to 1 and their relative error is that of a score: at scale 1 a sum of up to 64 products over √64, at scale 15 one 225 times as
    // large.
    private static KernelCase Forward(string label, int[] queries, int[] keys, int heads, int width, Dropout dropout, float scale, bool keepLogSumExp) =>
        new(nameof(IBackend.AttentionForward), label, run =>
        {
            Shape shape = new(queries.Sum(), heads * width), keyShape = new(keys.Sum(), heads * width);
            Tensor q = run.Source(shape, random => scale * random.Normal()), k = run.Source(keyShape, random => scale * random.Normal());
            Tensor v = run.Source(keyShape, random => random.Normal());
            var tolerance = new Tolerance(1e-6, 1e-5 * scale * scale);
            Tensor? logSumExp = keepLogSumExp ? run.Destination("logSumExp", tolerance, shape[0], heads) : null;
            run.Backend.AttentionForward(
                q, k, v, run.Integers(Offsets(queries)), run.Integers(Offsets(keys)), heads, dropout, logSumExp,
                run.Destination("context", tolerance, shape, accumulate: false));
        });

    // As above, times dcontext · v, a sum of up to 64 products; dv and dk sum over up to 130 queries with weights that sum to about 1.
    private static KernelCase Backward(string label, int[] queries, int[] keys, int heads, int width, Dropout dropout) =>
        new(nameof(IBackend.AttentionBackward), label, run =>
        {
            Shape shape = new(queries.Sum(), heads * width), keyShape = new(keys.Sum(), heads * width);
            Tensor q = Draw(shape), k = Draw(keyShape), v = Draw(keyShape), dcontext = Draw(shape);
            int[] queryOffsets = Offsets(queries), keyOffsets = Offsets(keys);
            (float[] context, float[] logSumExp) = ForwardOnReference(q, k, v, queryOffsets, keyOffsets, heads, dropout);
            var tolerance = new Tolerance(1e-5, 5e-5);
            run.Backend.AttentionBackward(
                q, k, v, run.Source(shape, context), run.Source(new Shape(shape[0], heads), logSumExp), dcontext,
                run.Integers(queryOffsets), run.Integers(keyOffsets), heads, dropout,
                Gradient("dq", shape), Gradient("dk", keyShape), Gradient("dv", keyShape));

            Tensor Draw(Shape of) => run.Source(of, random => random.Normal());
            Tensor Gradient(string name, Shape of) => run.Destination(name, tolerance, of, accumulate: false);
        });

    private static (float[] Context, float[] LogSumExp) ForwardOnReference(
        Tensor q, Tensor k, Tensor v, int[] queryOffsets, int[] keyOffsets, int heads, Dropout dropout)
    {
        using var reference = new ReferenceBackend();
        using Tensor q2 = OnReference(q), k2 = OnReference(k), v2 = OnReference(v);
        using var context = Tensor.Rent(reference, q.Shape);
        using var logSumExp = Tensor.Rent(reference, new Shape(q.Shape[0], heads));
        using IntTensor queries = IntTensor.From(reference, queryOffsets), keys = IntTensor.From(reference, keyOffsets);
        reference.AttentionForward(q2, k2, v2, queries, keys, heads, dropout, logSumExp, context);
        return (context.ToArray(), logSumExp.ToArray());

        Tensor OnReference(Tensor x) => Tensor.From(reference, x.Shape, x.ToArray());
    }

    private static int[] Offsets(int[] lengths) => [.. Enumerable.Range(0, lengths.Length + 1).Select(s => lengths.Take(s).Sum())];
}
