// Attention, plainly: one whole probability row at a time, in double.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        int hidden = q.Shape.Columns, width = hidden / heads;
        foreach ((int firstQuery, int endQuery, int first, int length, int head) in SequenceHeads(queryOffsets, keyOffsets, heads))
        {
            int column = head * width;
            for (int i = firstQuery; i < endQuery; i++)
            {
                var probability = new double[length];
                for (int j = 0; j < length; j++) probability[j] = Score(q, k, i, first + j, column, width);
                double denominator = LogSumExp(probability);
                if (logSumExp is not null) logSumExp.Pointer[((long)i * heads) + head] = (float)denominator;

                for (int j = 0; j < length; j++)
                    probability[j] = DropAttention(Math.Exp(probability[j] - denominator), dropout, ((long)i * heads) + head, j);
                for (int d = column; d < column + width; d++)
                {
                    double sum = 0;
                    for (int j = 0; j < length; j++) sum += probability[j] * v.Pointer[((long)(first + j) * hidden) + d];
                    context.Pointer[((long)i * hidden) + d] = (float)sum;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets,
        int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv)
    {
        int hidden = q.Shape.Columns, width = hidden / heads;
        double[] sumQ = new double[q.Count], sumK = new double[k.Count], sumV = new double[v.Count];
        foreach ((int firstQuery, int endQuery, int first, int length, int head) in SequenceHeads(queryOffsets, keyOffsets, heads))
        {
            int column = head * width;
            for (int i = firstQuery; i < endQuery; i++)
            {
                long row = ((long)i * heads) + head;
                double[] probability = new double[length], dProbability = new double[length];
                double weighted = 0;
                for (int j = 0; j < length; j++)
                {
                    probability[j] = Math.Exp(Score(q, k, i, first + j, column, width) - logSumExp.Pointer[row]);
                    double kept = DropAttention(probability[j], dropout, row, j), product = 0;
                    for (int d = column; d < column + width; d++)
                    {
                        double slope = dcontext.Pointer[((long)i * hidden) + d];
                        product += slope * v.Pointer[((long)(first + j) * hidden) + d];
                        sumV[((long)(first + j) * hidden) + d] += kept * slope;
                    }

                    dProbability[j] = DropAttention(product, dropout, row, j);
                    weighted += probability[j] * dProbability[j];
                }

                for (int j = 0; j < length; j++)
                {
                    double dScore = probability[j] * (dProbability[j] - weighted) / Math.Sqrt(width);
                    for (int d = column; d < column + width; d++)
                    {
                        sumQ[((long)i * hidden) + d] += dScore * k.Pointer[((long)(first + j) * hidden) + d];
                        sumK[((long)(first + j) * hidden) + d] += dScore * q.Pointer[((long)i * hidden) + d];
                    }
                }
            }
        }

        for (long i = 0; i < q.Count; i++) dq.Pointer[i] = (float)sumQ[i];
        for (long i = 0; i < k.Count; i++)
        {
            dk.Pointer[i] = (float)sumK[i];
            dv.Pointer[i] = (float)sumV[i];
        }
    }

    private static IEnumerable<(int FirstQuery, int EndQuery, int First, int Length, int Head)> SequenceHeads(
        IntTensor queryOffsets, IntTensor keyOffsets, int heads)
    {
        int[] queries = queryOffsets.ToArray(), keys = keyOffsets.ToArray();
        for (int s = 0; s + 1 < keys.Length; s++)
            for (int head = 0; head < heads; head++) yield return (queries[s], queries[s + 1], keys[s], keys[s + 1] - keys[s], head);
    }

    private static double Score(Tensor q, Tensor k, int query, int key, int column, int width)
    {
        int hidden = q.Shape.Columns;
        double sum = 0;
        for (int d = column; d < column + width; d++)
            sum += (double)q.Pointer[((long)query * hidden) + d] * k.Pointer[((long)key * hidden) + d];
        return sum / Math.Sqrt(width);
    }

    private static double DropAttention(double x, Dropout dropout, long row, int position) =>
        dropout.IsActive ? Drop(x, dropout, RandomWord(dropout, ((ulong)row << 32) | (uint)(position / 4), position % 4)) : x;
}
