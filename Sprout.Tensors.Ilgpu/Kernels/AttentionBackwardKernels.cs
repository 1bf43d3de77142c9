// Attention backward: probabilities again from logSumExp, one kernel for the queries and one for keys and values.
using ILGPU;
using Sprout.Tensors.Ops;
using static Sprout.Tensors.Ilgpu.Kernels.AttentionTiles;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// With P = softmax(q kᵀ / √D), P̃ = dropout(P), dP = dropout(dcontext vᵀ) and delta = rowsum(dcontext ⊙ context) = rowsum(P ⊙ dP): dS = P ⊙ (dP − delta) / √D,
/// dq = dS k, dk = dSᵀ q, dv = P̃ᵀ dcontext (Dao et al. 2022, appendix B). Every entry of a result belongs to one group, so nothing is added atomically.
/// </summary>
internal static class AttentionBackwardKernels
{
    /// <summary>delta [T, heads], one thread an entry.</summary>
    public static void Delta(ArrayView<float> context, ArrayView<float> dcontext, ArrayView<float> delta, AttentionSize size)
    {
        for (int i = Threads.Index; i < size.Tokens * size.Heads; i += Threads.Count)
        {
            Head place = size.Head(i % size.Heads);
            int first = (i / size.Heads * place.Hidden) + place.Column;
            float sum = 0f;
            for (int d = 0; d < place.Width; d++) sum += context[first + d] * dcontext[first + d];
            delta[i] = sum;
        }
    }

    /// <summary>dq: one group a tile of queries, the rows of its tiles; keys are the columns.</summary>
    public static void Queries(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> dcontext, ArrayView<float> logSumExp, ArrayView<float> delta, ArrayView<int> offsets,
        DropoutPlace dropout, ArrayView<float> dq, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> scores = SharedMemory.Allocate<float>(Elements), slopes = SharedMemory.Allocate<float>(Elements), factors = SharedMemory.Allocate<float>(Tile);
        int head = Grid.IdxY, first = Grid.IdxX * Tile, end = first + Tile < size.Tokens ? first + Tile : size.Tokens;
        Head place = size.Head(head);
        int r = Group.IdxX / 2, half = Group.IdxX % 2, token = first + r;
        int sequence = Sequences.Of(token < end ? token : end - 1, offsets, size.Sequences);
        int rowFirst = offsets[sequence], rowEnd = token < end ? offsets[sequence + 1] : rowFirst;
        int keyFirst = offsets[Sequences.Of(first, offsets, size.Sequences)], keyEnd = offsets[Sequences.Of(end - 1, offsets, size.Sequences) + 1];
        for (int key = keyFirst; key < keyEnd; key += Tile)
        {
            RowProducts(q, first, end, k, key, keyEnd, place, tileX, tileY, scores);
            RowProducts(dcontext, first, end, v, key, keyEnd, place, tileX, tileY, slopes);
            if (half == 0) factors[r] = key == keyFirst ? 0f : 1f;
            for (int c = half * (Tile / 2); c < (half + 1) * (Tile / 2); c++)
            {
                int entry = (c * Line) + r;
                bool isSeen = key + c >= rowFirst && key + c < rowEnd;
                slopes[entry] = isSeen ? ScoreSlope(scores[entry], slopes[entry], token, head, key + c - rowFirst, logSumExp, delta, dropout, size) : 0f;
            }

            Group.Barrier();
            AddWeighted(slopes, k, key, keyEnd, place, tileY, factors, dq, first, end);
        }
    }

    /// <summary>dk and dv: one group a tile of keys, the rows of its tiles; queries are the columns.</summary>
    public static void Keys(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> dcontext, ArrayView<float> logSumExp, ArrayView<float> delta, ArrayView<int> offsets,
        DropoutPlace dropout, ArrayView<float> dk, ArrayView<float> dv, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> scores = SharedMemory.Allocate<float>(Elements), slopes = SharedMemory.Allocate<float>(Elements), factors = SharedMemory.Allocate<float>(Tile);
        int head = Grid.IdxY, first = Grid.IdxX * Tile, end = first + Tile < size.Tokens ? first + Tile : size.Tokens;
        Head place = size.Head(head);
        int r = Group.IdxX / 2, half = Group.IdxX % 2, token = first + r;
        int sequence = Sequences.Of(token < end ? token : end - 1, offsets, size.Sequences);
        int rowFirst = offsets[sequence], rowEnd = token < end ? offsets[sequence + 1] : rowFirst;
        int queryFirst = offsets[Sequences.Of(first, offsets, size.Sequences)], queryEnd = offsets[Sequences.Of(end - 1, offsets, size.Sequences) + 1];
        for (int query = queryFirst; query < queryEnd; query += Tile)
        {
            RowProducts(k, first, end, q, query, queryEnd, place, tileX, tileY, scores);
            RowProducts(v, first, end, dcontext, query, queryEnd, place, tileX, tileY, slopes);
            if (half == 0) factors[r] = query == queryFirst ? 0f : 1f;
            for (int c = half * (Tile / 2); c < (half + 1) * (Tile / 2); c++)
            {
                int entry = (c * Line) + r, position = token - rowFirst;
                float slope = 0f, weight = 0f;
                if (query + c >= rowFirst && query + c < rowEnd)
                {
                    slope = ScoreSlope(scores[entry], slopes[entry], query + c, head, position, logSumExp, delta, dropout, size);
                    weight = Kept(Weight(scores[entry], query + c, head, logSumExp, size), query + c, head, position, dropout, size);
                }

                slopes[entry] = slope;
                scores[entry] = weight;
            }

            Group.Barrier();
            AddWeighted(slopes, q, query, queryEnd, place, tileY, factors, dk, first, end);
            AddWeighted(scores, dcontext, query, queryEnd, place, tileY, factors, dv, first, end);
        }
    }

    private static float ScoreSlope(
        float product, float dWeight, int query, int head, int position, ArrayView<float> logSumExp, ArrayView<float> delta, DropoutPlace dropout, AttentionSize size)
    {
        float weight = Weight(product, query, head, logSumExp, size), kept = Kept(dWeight, query, head, position, dropout, size);
        return weight * (kept - delta[(query * size.Heads) + head]) * size.Scale;
    }

    private static float Weight(float product, int query, int head, ArrayView<float> logSumExp, AttentionSize size) =>
        Exp.Forward(new Lane((product * size.Scale) - logSumExp[(query * size.Heads) + head])).Value;

    private static float Kept(float x, int query, int head, int position, DropoutPlace dropout, AttentionSize size) =>
        dropout.IsActive ? dropout.Apply(x, dropout.Word(AttentionKernels.Counter(query, head, size.Heads, position), position % 4)) : x;
}
