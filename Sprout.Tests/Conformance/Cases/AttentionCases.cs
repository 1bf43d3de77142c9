// Cases of the attention kernels.
using Sprout.Tensors;
using Sprout.Tensors.Cpu.Reference;

namespace Sprout.Tests.Conformance.Cases;

internal static class AttentionCases
{
    // Lengths of the sequences of a batch, none and empty ones included.
    private static readonly int[][] Batches = [[], [0], [1], [2], [13], [64], [130], [1, 2, 13], [5, 0, 3], [33, 130, 64, 7]];

    // Heads and their width.
    private static readonly (int Heads, int Width)[] HeadShapes = [(1, 1), (3, 5), (2, 8), (2, 33), (1, 64)];

    public static IEnumerable<KernelCase> All =>
    [
        .. from batch in Batches
           from shape in HeadShapes
           from dropout in new[] { Dropout.None, KernelMenu.Dropout }
           from test in OfBatch(batch, shape.Heads, shape.Width, dropout)
           select test,
        // As long as BERT reads, and a little longer.
        .. OfBatch([515], heads: 2, width: 8, KernelMenu.Dropout),
    ];

    private static IEnumerable<KernelCase> OfBatch(int[] lengths, int heads, int width, Dropout dropout)
    {
        string label = $"lengths [{string.Join(", ", lengths)}], {heads} heads of {width}, p = {dropout.Probability}";
        yield return Forward(label, lengths, heads, width, dropout, scale: 1, keepLogSumExp: true);
        yield return Forward($"{label}, no logSumExp", lengths, heads, width, dropout, scale: 1, keepLogSumExp: false);
        yield return Forward($"{label}, large", lengths, heads, width, dropout, scale: 15, keepLogSumExp: true);
        yield return Backward(label, lengths, heads, width, dropout);
    }

    // The weights of a row sum to 1 and their relative error is that of a score: at scale 1 a sum of up to 64 products over √64, at scale 15 one 225 times as large.
    private static KernelCase Forward(string label, int[] lengths, int heads, int width, Dropout dropout, float scale, bool keepLogSumExp) =>
        new(nameof(IBackend.AttentionForward), label, run =>
        {
            var shape = new Shape(lengths.Sum(), heads * width);
            Tensor q = run.Source(shape, random => scale * random.Normal()), k = run.Source(shape, random => scale * random.Normal()), v = run.Source(shape, random => random.Normal());
            var tolerance = new Tolerance(1e-6, 1e-5 * scale * scale);
            Tensor? logSumExp = keepLogSumExp ? run.Destination("logSumExp", tolerance, shape[0], heads) : null;
            run.Backend.AttentionForward(q, k, v, run.Integers(Offsets(lengths)), heads, dropout, logSumExp, run.Destination("context", tolerance, shape, accumulate: false));
        });

    // As above, times dcontext · v, a sum of up to 64 products; dv and dk sum over up to 130 queries with weights that sum to about 1.
    private static KernelCase Backward(string label, int[] lengths, int heads, int width, Dropout dropout) =>
        new(nameof(IBackend.AttentionBackward), label, run =>
        {
            var shape = new Shape(lengths.Sum(), heads * width);
            Tensor q = Draw(), k = Draw(), v = Draw(), dcontext = Draw();
            int[] offsets = Offsets(lengths);
            (float[] context, float[] logSumExp) = ForwardOnReference(q, k, v, offsets, heads, dropout);
            var tolerance = new Tolerance(1e-5, 5e-5);
            run.Backend.AttentionBackward(q, k, v, run.Source(shape, context), run.Source(new Shape(shape[0], heads), logSumExp), dcontext, run.Integers(offsets), heads, dropout,
                Gradient("dq"), Gradient("dk"), Gradient("dv"));

            Tensor Draw() => run.Source(shape, random => random.Normal());
            Tensor Gradient(string name) => run.Destination(name, tolerance, shape, accumulate: false);
        });

    private static (float[] Context, float[] LogSumExp) ForwardOnReference(Tensor q, Tensor k, Tensor v, int[] offsets, int heads, Dropout dropout)
    {
        using var reference = new ReferenceBackend();
        using Tensor q2 = OnReference(q), k2 = OnReference(k), v2 = OnReference(v);
        using var context = Tensor.Rent(reference, q.Shape);
        using var logSumExp = Tensor.Rent(reference, new Shape(q.Shape[0], heads));
        using var starts = IntTensor.From(reference, offsets);
        reference.AttentionForward(q2, k2, v2, starts, heads, dropout, logSumExp, context);
        return (context.ToArray(), logSumExp.ToArray());

        Tensor OnReference(Tensor x) => Tensor.From(reference, x.Shape, x.ToArray());
    }

    private static int[] Offsets(int[] lengths) => [.. Enumerable.Range(0, lengths.Length + 1).Select(s => lengths.Take(s).Sum())];
}
