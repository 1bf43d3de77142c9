// Attention forward: tiles of 32 queries and 32 keys, softmax on the fly.
using ILGPU;
using Sprout.Tensors.Ops;
using static Sprout.Tensors.Ilgpu.Kernels.AttentionTiles;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>The extents of attention, and its settings.</summary>
internal struct AttentionSize
{
    public int Tokens, Sequences, Heads, Hidden, KeepLogSumExp;

    public readonly float Scale => 1f / MathF.Sqrt(Hidden / Heads);

    public readonly Head Head(int head) => new() { Hidden = Hidden, Column = head * (Hidden / Heads), Width = Hidden / Heads };
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
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<int> offsets, DropoutPlace dropout, ArrayView<float> logSumExp, ArrayView<float> context, AttentionSize size)
    {
        ArrayView<float> tileX = SharedMemory.Allocate<float>(Elements), tileY = SharedMemory.Allocate<float>(Elements), weights = SharedMemory.Allocate<float>(Elements);
        ArrayView<float> halves = SharedMemory.Allocate<float>(Lanes), factors = SharedMemory.Allocate<float>(Tile);
        int head = Grid.IdxY, first = Grid.IdxX * Tile, end = first + Tile < size.Tokens ? first + Tile : size.Tokens;
        Head place = size.Head(head);
        int r = Group.IdxX / 2, half = Group.IdxX % 2, token = first + r;
        int sequence = Sequences.Of(token < end ? token : end - 1, offsets, size.Sequences);
        // A thread beyond the last token sees no key.
        int rowFirst = offsets[sequence], rowEnd = token < end ? offsets[sequence + 1] : rowFirst;
        int keyFirst = offsets[Sequences.Of(first, offsets, size.Sequences)], keyEnd = offsets[Sequences.Of(end - 1, offsets, size.Sequences) + 1];
        float maximum = Lowest, sum = 0f;
        for (int key = keyFirst; key < keyEnd; key += Tile)
        {
            RowProducts(q, first, end, k, key, keyEnd, place, tileX, tileY, weights);
            float highest = maximum;
            for (int c = half * (Tile / 2); c < (half + 1) * (Tile / 2); c++)
            {
                float score = weights[(c * Line) + r] * size.Scale;
                if (key + c >= rowFirst && key + c < rowEnd && score > highest) highest = score;
            }

            halves[Group.IdxX] = highest;
            Group.Barrier();
            highest = halves[2 * r] > halves[(2 * r) + 1] ? halves[2 * r] : halves[(2 * r) + 1];
            Group.Barrier();

            float factor = Exp.Forward(new Lane(maximum - highest)).Value, added = 0f;
            (uint X0, uint X1, uint X2, uint X3) block = default;
            for (int c = half * (Tile / 2); c < (half + 1) * (Tile / 2); c++)
            {
                int position = key + c - rowFirst;
                float weight = 0f;
                if (position >= 0 && key + c < rowEnd)
                {
                    weight = Exp.Forward(new Lane((weights[(c * Line) + r] * size.Scale) - highest)).Value;
                    added += weight;
                    if (dropout.IsActive)
                    {
                        if (position % 4 == 0 || c == half * (Tile / 2)) block = dropout.Block(Counter(token, head, size.Heads, position));
                        weight = dropout.Apply(weight, DropoutPlace.Select(block, position % 4));
                    }
                }

                weights[(c * Line) + r] = weight;
            }

            halves[Group.IdxX] = added;
            if (half == 0) factors[r] = maximum == Lowest ? 0f : factor;
            Group.Barrier();
            sum = (sum * factor) + (halves[2 * r] + halves[(2 * r) + 1]);
            maximum = highest;
            AddWeighted(weights, v, key, keyEnd, place, tileY, factors, context, first, end);
        }

        if (token >= end) return;
        for (int d = half; d < place.Width; d += 2) context[(token * place.Hidden) + place.Column + d] /= sum;
        if (half == 0 && size.KeepLogSumExp != 0) logSumExp[(token * size.Heads) + head] = maximum + Log.Forward(new Lane(sum)).Value;
    }

    /// <summary>The counter of the random block of four key positions; see <see cref="Dropout"/>.</summary>
    public static ulong Counter(int token, int head, int heads, int position) => ((ulong)((token * heads) + head) << 32) | ((ulong)position / 4);
}
