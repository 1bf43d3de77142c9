// Attention within each sequence of a batch: what both directions share, and the forward pass.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Queries whose scores exist at a time.
    private const int QueryRows = 32;

    // A head's rows lie far apart; so many rows ahead they are fetched.
    private const int RowsAhead = 8;

    // Queries of a piece of the forward pass; keys and values are copied once a piece.
    private const int QueriesPerPiece = 64;

    /// <inheritdoc/>
    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        DeviceBuffer memory = PlanAttention(queryOffsets, keyOffsets, q.Shape.Columns, heads, dropout, QueriesPerPiece, ForwardScratch, out AttentionPlan plan);
        workers.Run(plan.Pieces, new AttentionForwardWork(plan, q.Pointer, k.Pointer, v.Pointer, PointerOf(logSumExp), context.Pointer));
        Free(memory);
    }

    // The leading dimension of scratch rows: whole cache lines, and beyond four an odd number of them, because powers of two would share few cache sets.
    private static int PaddedStride(int columns)
    {
        int lines = (columns + 15) / 16;
        return 16 * (lines > 4 ? lines | 1 : lines);
    }

    // Floats of scratch of one piece for the longest sequence.
    private static long ForwardScratch(int length, int width)
    {
        long keys = PaddedStride(length), columns = PaddedStride(width);
        return (width * keys) + (length * columns) + (QueryRows * (keys + columns)) + keys + PhiloxLanes.Slack;
    }

    // Cuts the batch into units (a sequence, or some of its queries) and makes room for the pieces, which are units × heads.
    private DeviceBuffer PlanAttention(
        IntTensor queryOffsets, IntTensor keyOffsets, int hidden, int heads, Dropout dropout, int queriesPerUnit,
        Func<int, int, long> scratchOf, out AttentionPlan plan)
    {
        int* query = queryOffsets.Pointer, key = keyOffsets.Pointer;
        int sequences = keyOffsets.Length - 1, units = 0, longest = 0, width = hidden / heads;
        for (int s = 0; s < sequences; s++)
        {
            units += UnitsOf(query[s + 1] - query[s], queriesPerUnit);
            longest = Math.Max(longest, Math.Max(query[s + 1] - query[s], key[s + 1] - key[s]));
        }

        long pieceBytes = scratchOf(longest, width) * sizeof(float), allBytes = Scratch.BytesFor(workers.Count, pieceBytes);
        DeviceBuffer memory = Allocate(allBytes + ((long)units * sizeof(AttentionUnit)));
        var list = (AttentionUnit*)(memory.Address + (nint)allBytes);
        plan = new AttentionPlan(list, units, hidden, heads, dropout, new Scratch(memory.Address, workers.Count, pieceBytes));
        for (int s = 0; s < sequences; s++)
        {
            for (int unit = 0; unit < UnitsOf(query[s + 1] - query[s], queriesPerUnit); unit++)
            {
                int first = query[s] + (unit * queriesPerUnit);
                *list++ = new AttentionUnit(key[s], key[s + 1] - key[s], first, Math.Min(first + queriesPerUnit, query[s + 1]));
            }
        }

        return memory;
    }

    // A sequence in which nobody asks has gradients of its keys and values nevertheless: zeros.
    private static int UnitsOf(int queries, int queriesPerUnit) => Math.Max(1, PiecesOf(queries, queriesPerUnit));

    // Copies rows into scratch and fills them up to whole registers with zeros.
    [MethodImpl(Jit.Kernel)]
    private static void CopyRows(float* source, long sourceStride, int rows, int columns, float* destination, long stride)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, destination += stride)
        {
            Prefetch.Rows(source + (RowsAhead * sourceStride), 0, 1, columns);
            for (int j = 0; j < columns; j += V.Lanes) V.Store(Read(source + j, Math.Min(V.Lanes, columns - j)), destination + j);
        }
    }

    // The rows of scratch back into a tensor, each times its factor.
    [MethodImpl(Jit.Kernel)]
    private static void StoreRows(float* source, long sourceStride, int rows, int columns, float* factors, float* destination, long stride)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, destination += stride)
        {
            V factor = V.Broadcast(factors == null ? 1f : factors[row]);
            for (int j = 0; j < columns; j += V.Lanes) Write(V.Load(source + j) * factor, destination + j, Math.Min(V.Lanes, columns - j));
        }
    }

    /// <summary>The keys of a sequence and the queries of it that a piece answers.</summary>
    private readonly record struct AttentionUnit(int Start, int Length, int FirstQuery, int EndQuery)
    {
        public int Queries => EndQuery - FirstQuery;
    }

    /// <summary>What all pieces of one attention share.</summary>
    private readonly struct AttentionPlan(AttentionUnit* units, int count, int hidden, int heads, Dropout dropout, Scratch scratch)
    {
        public readonly int Hidden = hidden;
        public readonly int Heads = heads;
        public readonly int Width = hidden / heads;
        public readonly float Scale = 1f / MathF.Sqrt(hidden / heads);
        public readonly uint DropBelow = dropout.Threshold;
        public readonly float DropoutScale = dropout.Scale;
        public readonly bool HasDropout = dropout.IsActive;
        public readonly Scratch Scratch = scratch;

        public int Pieces => count * Heads;

        public AttentionUnit UnitOf(int piece) => units[piece / Heads];

        /// <summary>The place of a query's row of logSumExp, and with it of its random numbers.</summary>
        public long RowOf(int query, int head) => ((long)query * Heads) + head;

        /// <summary>The random words of one row of probabilities.</summary>
        public void Draw(long row, uint* words, int count) => PhiloxLanes.Fill<V>(dropout.Key, (ulong)row << 32, dropout.Stream, words, count);
    }

    private readonly struct AttentionForwardWork(AttentionPlan plan, float* q, float* k, float* v, float* logSumExp, float* context) : IWork
    {
        [SkipLocalsInit]
        public void Run(int piece)
        {
            AttentionUnit unit = plan.UnitOf(piece);
            int head = piece % plan.Heads, width = plan.Width, length = unit.Length, keyStride = PaddedStride(length), columnStride = PaddedStride(width);
            long column = (long)head * width, start = ((long)unit.Start * plan.Hidden) + column;
            float* factors = stackalloc float[QueryRows];
            float* keys = (float*)plan.Scratch.Own, values = keys + ((long)width * keyStride);
            float* scores = values + ((long)length * columnStride), sums = scores + (QueryRows * keyStride);
            uint* words = (uint*)(sums + (QueryRows * columnStride));
            if (unit.Queries == 0) return;
            Prefetch.Rows(q + ((long)unit.FirstQuery * plan.Hidden) + column, plan.Hidden, unit.Queries, width);
            PaddedTranspose.Run<V>(k + start, plan.Hidden, length, width, keys, keyStride);
            CopyRows(v + start, plan.Hidden, length, width, values, columnStride);
            for (int query = unit.FirstQuery; query < unit.EndQuery; query += QueryRows)
            {
                int rows = Math.Min(QueryRows, unit.EndQuery - query);
                long first = ((long)query * plan.Hidden) + column;
                Prefetch.Rows(context + first, plan.Hidden, rows, width);
                SmallProduct<V>.Run(q + first, plan.Hidden, 1, rows, width, keys, keyStride, length, scores, keyStride, accumulate: false);
                for (int row = 0; row < rows; row++)
                    factors[row] = Softmax(scores + ((long)row * keyStride), length, plan.RowOf(query + row, head), words);
                SmallProduct<V>.Run(scores, keyStride, 1, rows, length, values, columnStride, width, sums, columnStride, accumulate: false);
                StoreRows(sums, columnStride, rows, width, factors, context + first, plan.Hidden);
            }
        }

        // Scores become unnormalised probabilities after dropout; the factor that they lack is returned.
        [MethodImpl(Jit.Kernel)]
        private float Softmax(float* scores, int length, long row, uint* words)
        {
            // The padding repeats the last key, so it does not change the maximum.
            V largest = V.Load(scores);
            for (int j = V.Lanes; j < length; j += V.Lanes) largest = V.Max(largest, V.Load(scores + j));
            float shift = V.MaxLane(largest);
            if (plan.HasDropout) plan.Draw(row, words, length);
            V center = V.Broadcast(shift), scale = V.Broadcast(plan.Scale), sum = V.Zero;
            for (int j = 0; j < length; j += V.Lanes)
            {
                V e = KeepFirst(Exp.Forward((V.Load(scores + j) - center) * scale), Math.Min(V.Lanes, length - j));
                sum += e;
                V.Store(plan.HasDropout ? V.KeepAtLeast(e, words + j, plan.DropBelow) : e, scores + j);
            }

            float total = V.Sum(sum);
            if (logSumExp != null) logSumExp[row] = (shift * plan.Scale) + MathF.Log(total);
            return plan.DropoutScale / total;
        }
    }
}
