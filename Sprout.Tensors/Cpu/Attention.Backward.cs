// The backward pass of attention: probabilities are computed again from the kept denominators, some queries at a time.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // More queries than a sequence has: a piece is a whole head of a sequence, so that the sums of dk and dv have one order.
    private const int AllQueries = 1 << 24;

    /// <inheritdoc/>
    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets,
        int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv)
    {
        DeviceBuffer memory = PlanAttention(queryOffsets, keyOffsets, q.Shape.Columns, heads, dropout, AllQueries, BackwardScratch, out AttentionPlan plan);
        workers.Run(plan.Pieces, new AttentionBackwardWork(
            plan, q.Pointer, k.Pointer, v.Pointer, context.Pointer, logSumExp.Pointer, dcontext.Pointer, dq.Pointer, dk.Pointer, dv.Pointer));
        Free(memory);
    }

    private static long BackwardScratch(int length, int width)
    {
        long keys = PaddedStride(length), columns = PaddedStride(width);
        return (2 * width * keys) + (5 * length * columns) + (QueryRows * ((2 * keys) + columns)) + keys + PhiloxLanes.Slack;
    }

    private readonly struct AttentionBackwardWork(
        AttentionPlan plan, float* q, float* k, float* v, float* context, float* logSumExp, float* dcontext, float* dq, float* dk, float* dv) : IWork
    {
        public void Run(int piece)
        {
            AttentionUnit unit = plan.UnitOf(piece);
            if (unit.Length == 0) return;
            int head = piece % plan.Heads, width = plan.Width, length = unit.Length, keyStride = PaddedStride(length), columnStride = PaddedStride(width);
            long start = ((long)unit.Start * plan.Hidden) + ((long)head * width), asking = ((long)unit.FirstQuery * plan.Hidden) + ((long)head * width);
            long keyMatrix = (long)length * columnStride, queryMatrix = (long)unit.Queries * columnStride;

            // Operands whose rows are read as registers: keys and values turned, so that registers run over keys; the others as they are.
            float* turnedKeys = (float*)plan.Scratch.Own, turnedValues = turnedKeys + ((long)width * keyStride);
            float* keys = turnedValues + ((long)width * keyStride), queries = keys + keyMatrix, gradients = queries + queryMatrix;
            float* keySums = gradients + queryMatrix, valueSums = keySums + keyMatrix;
            float* scores = valueSums + keyMatrix, products = scores + (QueryRows * keyStride), querySums = products + (QueryRows * keyStride);
            uint* words = (uint*)(querySums + (QueryRows * columnStride));
            PaddedTranspose.Run<V>(k + start, plan.Hidden, length, width, turnedKeys, keyStride);
            PaddedTranspose.Run<V>(v + start, plan.Hidden, length, width, turnedValues, keyStride);
            CopyRows(k + start, plan.Hidden, length, width, keys, columnStride);
            CopyRows(q + asking, plan.Hidden, unit.Queries, width, queries, columnStride);
            CopyRows(dcontext + asking, plan.Hidden, unit.Queries, width, gradients, columnStride);

            if (unit.Queries == 0) new Span<float>(keySums, checked((int)(2 * keyMatrix))).Clear();
            for (int query = 0; query < unit.Queries; query += QueryRows)
            {
                int rows = Math.Min(QueryRows, unit.Queries - query);
                long offset = (long)query * columnStride, first = asking + ((long)query * plan.Hidden);
                SmallProduct<V>.Run(queries + offset, columnStride, 1, rows, width, turnedKeys, keyStride, length, scores, keyStride, accumulate: false);
                SmallProduct<V>.Run(gradients + offset, columnStride, 1, rows, width, turnedValues, keyStride, length, products, keyStride, accumulate: false);
                for (int row = 0; row < rows; row++)
                {
                    Prefetch.Rows(context + first + ((long)(row + RowsAhead) * plan.Hidden), 0, 1, width);
                    float delta = Dot(gradients + offset + ((long)row * columnStride), context + first + ((long)row * plan.Hidden), width);
                    long at = (long)row * keyStride;
                    Gradients(scores + at, products + at, length, plan.RowOf(unit.FirstQuery + query + row, head), delta, words);
                }

                bool accumulate = query > 0;
                SmallProduct<V>.Run(products, keyStride, 1, rows, length, keys, columnStride, width, querySums, columnStride, accumulate: false);
                SmallProduct<V>.Run(products, 1, keyStride, length, rows, queries + offset, columnStride, width, keySums, columnStride, accumulate);
                SmallProduct<V>.Run(scores, 1, keyStride, length, rows, gradients + offset, columnStride, width, valueSums, columnStride, accumulate);
                StoreRows(querySums, columnStride, rows, width, null, dq + first, plan.Hidden);
            }

            StoreRows(keySums, columnStride, length, width, null, dk + start, plan.Hidden);
            StoreRows(valueSums, columnStride, length, width, null, dv + start, plan.Hidden);
        }

        // Scores become probabilities after dropout, and products (gradients of these) become gradients of the scaled scores, scale included.
        [MethodImpl(Jit.Kernel)]
        private void Gradients(float* scores, float* products, int length, long row, float delta, uint* words)
        {
            if (plan.HasDropout) plan.Draw(row, words, length);
            V scale = V.Broadcast(plan.Scale), logSum = V.Broadcast(logSumExp[row]), expected = V.Broadcast(delta), kept = V.Broadcast(plan.DropoutScale);
            for (int j = 0; j < length; j += V.Lanes)
            {
                V p = Exp.Forward((V.Load(scores + j) * scale) - logSum), dropped = p, dp = V.Load(products + j);
                if (plan.HasDropout)
                {
                    dropped = V.KeepAtLeast(p, words + j, plan.DropBelow) * kept;
                    dp = V.KeepAtLeast(dp, words + j, plan.DropBelow) * kept;
                }

                V.Store(dropped, scores + j);
                V.Store(p * (dp - expected) * scale, products + j);
            }
        }

        [MethodImpl(Jit.Kernel)]
        private static float Dot(float* padded, float* y, int count)
        {
            V sum = V.Zero;
            for (int j = 0; j < count; j += V.Lanes) sum = V.MultiplyAdd(V.Load(padded + j), Read(y + j, Math.Min(V.Lanes, count - j)), sum);
            return V.Sum(sum);
        }
    }
}
