// Attention forward: tiles of 32 queries and 32 keys, softmax on the fly.
using ILGPU;
using Sprout.Tensors.Ops;
using static Sprout.Tensors.Ilgpu.Kernels.AttentionTiles;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>The extents of attention, and its settings.</summary>
internal struct AttentionSize
{
    public int Queries, Tokens, Sequences, Heads, Hidden, KeepLogSumExp;

    public readonly float Scale => 1f / MathF.Sqrt(Hidden / Heads);

    public readonly Head Head(int head) => new() { Hidden = Hidden, Column = head * (Hidden / Heads), Width = Hidden / Heads };
}

/// <summary>The first query and the first key of each sequence, and their numbers at the end [B + 1].</summary>
internal readonly struct SequenceOffsets(ArrayView<int> queries, ArrayView<int> keys)
{
    public readonly ArrayView<int> Queries = queries, Keys = keys;
}

/// <summary>
/// One group a tile of queries and a head; it walks over the tiles of keys that any of its queries sees. Maximum and sum of each row are updated as it goes
/// (Milakov and Gimelshein 2018; Dao et al. 2022), so no row of probabilities is ever stored whole. Two threads share a row of a tile.
/// </summary>
internal static class AttentionKernels
{
    // Below every score, and finite: differences of it are no NaN.
    private const float Lowest = -1e38f;

    public static void Forward(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, SequenceOffsets offsets, DropoutPlace dropout,
        ArrayView<float> logSumExp, ArrayView<float> context, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> weights = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> halves = SharedMemory.Allocate<float>(Lanes), factors = SharedMemory.Allocate<float>(Tile);
        var tile = new AttentionTile(offsets.Queries, size.Queries, offsets.Keys, size.Sequences);
        int head = Grid.IdxY, r = tile.Row;
        Head place = size.Head(head);
        float maximum = Lowest, sum = 0f;
        for (int key = tile.AllFirst; key < tile.AllEnd; key += Tile)
        {
            RowProducts(q, tile.First, tile.End, k, key, tile.AllEnd, place, tileX, tileY, weights);
            float highest = maximum;
            for (int c = tile.FirstColumn; c < tile.EndColumn; c++)
            {
                float score = weights[(c * Line) + r] * size.Scale;
                if (tile.Sees(key + c) && score > highest) highest = score;
            }

            halves[Group.IdxX] = highest;
            Group.Barrier();
            highest = halves[2 * r] > halves[(2 * r) + 1] ? halves[2 * r] : halves[(2 * r) + 1];
            Group.Barrier();

            float factor = Exp.Forward(new Lane(maximum - highest)).Value, added = 0f;
            (uint X0, uint X1, uint X2, uint X3) block = default;
            for (int c = tile.FirstColumn; c < tile.EndColumn; c++)
            {
                int position = key + c - tile.SeenFirst;
                float weight = 0f;
                if (tile.Sees(key + c))
                {
                    weight = Exp.Forward(new Lane((weights[(c * Line) + r] * size.Scale) - highest)).Value;
                    added += weight;
                    if (dropout.IsActive)
                    {
                        if (position % 4 == 0 || c == tile.FirstColumn) block = dropout.Block(Counter(tile.Index, head, size.Heads, position));
                        weight = dropout.Apply(weight, DropoutPlace.Select(block, position % 4));
                    }
                }

                weights[(c * Line) + r] = weight;
            }

            halves[Group.IdxX] = added;
            if (tile.IsFirstOfRow) factors[r] = maximum == Lowest ? 0f : factor;
            Group.Barrier();
            sum = (sum * factor) + (halves[2 * r] + halves[(2 * r) + 1]);
            maximum = highest;
            AddWeighted(weights, v, key, tile.AllEnd, place, tileY, factors, context, tile.First, tile.End);
        }

        if (tile.Index >= tile.End) return;
        for (int d = Group.IdxX % 2; d < place.Width; d += 2) context[(tile.Index * place.Hidden) + place.Column + d] /= sum;
        if (tile.IsFirstOfRow && size.KeepLogSumExp != 0) logSumExp[(tile.Index * size.Heads) + head] = maximum + Log.Forward(new Lane(sum)).Value;
    }

    /// <summary>The counter of the random block of four key positions; see <see cref="Dropout"/>.</summary>
    public static ulong Counter(int query, int head, int heads, int position) => ((ulong)((query * heads) + head) << 32) | ((ulong)position / 4);
}
