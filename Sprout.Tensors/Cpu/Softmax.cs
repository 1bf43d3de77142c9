// Softmax of rows, and the two passes over logits that the losses share.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y) => ForEachRow(x.Shape, new SoftmaxRow(x.Pointer, x.Shape.Columns, y.Pointer));

    /// <inheritdoc/>
    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate) =>
        ForEachRow(y.Shape, new SoftmaxBackwardRow(y.Pointer, dy.Pointer, y.Shape.Columns, dx.Pointer, accumulate));

    private void ForEachRow<TRow>(Shape shape, TRow row) where TRow : struct, IRow
    {
        if (shape.Count == 0) return;
        int rowsPerPiece = RowsPerPiece(shape.Columns);
        workers.Run(PiecesOf(shape.Rows, rowsPerPiece), new RowWork<TRow>(row, shape.Rows, rowsPerPiece));
    }

    [MethodImpl(Jit.Kernel)]
    private static float Largest(float* x, int count)
    {
        if (count < V.Lanes)
        {
            float few = x[0];
            for (int i = 1; i < count; i++) few = MathF.Max(few, x[i]);
            return few;
        }

        // The last register overlaps the one before instead of reaching beyond the end.
        V largest = V.Load(x + count - V.Lanes);
        for (int i = 0; i + V.Lanes <= count; i += V.Lanes) largest = V.Max(largest, V.Load(x + i));
        return V.MaxLane(largest);
    }

    // Σ exp((x − shift) · scale).
    [MethodImpl(Jit.Kernel)]
    private static float SumOfExp(float* x, int count, float shift, float scale)
    {
        V sum = V.Zero;
        for (int i = 0; i < count; i += V.Lanes)
        {
            int lanes = Math.Min(V.Lanes, count - i);
            sum += KeepFirst(Exp.Forward((Read(x + i, lanes) - V.Broadcast(shift)) * V.Broadcast(scale)), lanes);
        }

        return V.Sum(sum);
    }

    /// <summary>Something done to a whole row.</summary>
    private interface IRow
    {
        void Step(int row);
    }

    private readonly struct RowWork<TRow>(TRow row, int rows, int rowsPerPiece) : IWork where TRow : struct, IRow
    {
        public void Run(int piece)
        {
            int end = Math.Min((piece + 1) * rowsPerPiece, rows);
            for (int i = piece * rowsPerPiece; i < end; i++) row.Step(i);
        }
    }

    private readonly struct SoftmaxRow(float* x, int columns, float* y) : IRow
    {
        [MethodImpl(Jit.Kernel)]
        public void Step(int row)
        {
            float* from = x + ((long)row * columns), to = y + ((long)row * columns);
            float largest = Largest(from, columns);
            V shift = V.Broadcast(largest), factor = V.Broadcast(1 / SumOfExp(from, columns, largest, 1f));
            for (int j = 0; j < columns; j += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, columns - j);
                Write(Exp.Forward(Read(from + j, lanes) - shift) * factor, to + j, lanes);
            }
        }
    }

    private readonly struct SoftmaxBackwardRow(float* y, float* dy, int columns, float* dx, bool accumulate) : IRow
    {
        [MethodImpl(Jit.Kernel)]
        public void Step(int row)
        {
            long first = (long)row * columns;
            V products = V.Zero;
            for (int j = 0; j < columns; j += V.Lanes)
            {
                // Beyond the end both are 0.
                int lanes = Math.Min(V.Lanes, columns - j);
                products = V.MultiplyAdd(Read(y + first + j, lanes), Read(dy + first + j, lanes), products);
            }

            V sum = V.Broadcast(V.Sum(products));
            for (int j = 0; j < columns; j += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, columns - j);
                V slope = Read(y + first + j, lanes) * (Read(dy + first + j, lanes) - sum);
                Write(accumulate ? Read(dx + first + j, lanes) + slope : slope, dx + first + j, lanes);
            }
        }
    }
}
