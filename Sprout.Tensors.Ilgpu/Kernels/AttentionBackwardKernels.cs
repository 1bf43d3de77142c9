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
    /// <summary>delta [Q, heads], one thread an entry.</summary>
    public static void Delta(ArrayView<float> context, ArrayView<float> dcontext, ArrayView<float> delta, AttentionSize size)
    {
        for (int i = Threads.Index; i < size.Queries * size.Heads; i += Threads.Count)
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
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> dcontext, ArrayView<float> logSumExp, ArrayView<float> delta,
        SequenceOffsets offsets, DropoutPlace dropout, ArrayView<float> dq, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> scores = SharedMemory.Allocate<float>(Elements), slopes = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> factors = SharedMemory.Allocate<float>(Tile);
        var tile = new AttentionTile(offsets.Queries, size.Queries, offsets.Keys, size.Sequences);
        int head = Grid.IdxY, r = tile.Row;
        Head place = size.Head(head);
        for (int key = tile.AllFirst; key < tile.AllEnd; key += Tile)
        {
            RowProducts(q, tile.First, tile.End, k, key, tile.AllEnd, place, tileX, tileY, scores);
            RowProducts(dcontext, tile.First, tile.End, v, key, tile.AllEnd, place, tileX, tileY, slopes);
            if (tile.IsFirstOfRow) factors[r] = key == tile.AllFirst ? 0f : 1f;
            for (int c = tile.FirstColumn; c < tile.EndColumn; c++)
            {
                int entry = (c * Line) + r;
                int position = key + c - tile.SeenFirst;
                slopes[entry] = tile.Sees(key + c) ? ScoreSlope(scores[entry], slopes[entry], tile.Index, head, position, logSumExp, delta, dropout, size) : 0f;
            }

            Group.Barrier();
            AddWeighted(slopes, k, key, tile.AllEnd, place, tileY, factors, dq, tile.First, tile.End);
        }
    }

    /// <summary>dk and dv: one group a tile of keys, the rows of its tiles; queries are the columns.</summary>
    public static void Keys(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> dcontext, ArrayView<float> logSumExp, ArrayView<float> delta,
        SequenceOffsets offsets, DropoutPlace dropout, ArrayView<float> dk, ArrayView<float> dv, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> scores = SharedMemory.Allocate<float>(Elements), slopes = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> factors = SharedMemory.Allocate<float>(Tile);
        var tile = new AttentionTile(offsets.Keys, size.Tokens, offsets.Queries, size.Sequences);
        int head = Grid.IdxY, r = tile.Row;
        Head place = size.Head(head);
        if (tile.AllFirst == tile.AllEnd) Clear(tile, place, dk, dv);
        for (int query = tile.AllFirst; query < tile.AllEnd; query += Tile)
        {
            RowProducts(k, tile.First, tile.End, q, query, tile.AllEnd, place, tileX, tileY, scores);
            RowProducts(v, tile.First, tile.End, dcontext, query, tile.AllEnd, place, tileX, tileY, slopes);
            if (tile.IsFirstOfRow) factors[r] = query == tile.AllFirst ? 0f : 1f;
            for (int c = tile.FirstColumn; c < tile.EndColumn; c++)
            {
                int entry = (c * Line) + r;
                float slope = 0f, weight = 0f;
                if (tile.Sees(query + c))
                {
                    slope = ScoreSlope(scores[entry], slopes[entry], query + c, head, tile.Position, logSumExp, delta, dropout, size);
                    weight = Kept(Weight(scores[entry], query + c, head, logSumExp, size), query + c, head, tile.Position, dropout, size);
                }

                slopes[entry] = slope;
                scores[entry] = weight;
            }

            Group.Barrier();
            AddWeighted(slopes, q, query, tile.AllEnd, place, tileY, factors, dk, tile.First, tile.End);
            AddWeighted(scores, dcontext, query, tile.AllEnd, place, tileY, factors, dv, tile.First, tile.End);
        }
    }

    // Keys of sequences in which nobody asks.
    private static void Clear(AttentionTile tile, Head place, ArrayView<float> dk, ArrayView<float> dv)
    {
        for (int i = Group.IdxX; i < (tile.End - tile.First) * place.Width; i += Lanes)
        {
            int entry = ((tile.First + (i / place.Width)) * place.Hidden) + place.Column + (i % place.Width);
            dk[entry] = 0f;
            dv[entry] = 0f;
        }
    }

    private static float ScoreSlope(
        float product, float dWeight, int query, int head, int position, ArrayView<float> logSumExp, ArrayView<float> delta,
        DropoutPlace dropout, AttentionSize size)
    {
        float weight = Weight(product, query, head, logSumExp, size), kept = Kept(dWeight, query, head, position, dropout, size);
        return weight * (kept - delta[(query * size.Heads) + head]) * size.Scale;
    }

    private static float Weight(float product, int query, int head, ArrayView<float> logSumExp, AttentionSize size) =>
        Exp.Forward(new Lane((product * size.Scale) - logSumExp[(query * size.Heads) + head])).Value;

    private static float Kept(float x, int query, int head, int position, DropoutPlace dropout, AttentionSize size) =>
        dropout.IsActive ? dropout.Apply(x, dropout.Word(AttentionKernels.Counter(query, head, size.Heads, position), position % 4)) : x;
}
