// Layer norm with its residual and dropout in the same pass.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        if (columns == 0) return;
        int rowsPerPiece = RowsPerPiece(columns);
        var norm = new NormShape(rows, columns, rowsPerPiece, gamma.Pointer, dropout);
        // Where nobody keeps s it lies in y, or is x.
        float* sum = s is not null ? s.Pointer : residual is null && !dropout.IsActive ? x.Pointer : y.Pointer;
        workers.Run(PiecesOf(rows, rowsPerPiece), new LayerNormWork(
            norm, x.Pointer, PointerOf(residual), beta.Pointer, epsilon, sum, PointerOf(mean), PointerOf(rstd), y.Pointer));
    }

    /// <inheritdoc/>
    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta)
    {
        int rows = s.Shape.Rows, columns = s.Shape.Columns;
        if (rows == 0 || columns == 0) return;
        int rowsPerPiece = RowsPerPartialSum(columns), pieces = PiecesOf(rows, rowsPerPiece);
        var norm = new NormShape(rows, columns, rowsPerPiece, gamma.Pointer, dropout);
        DeviceBuffer partials = Allocate((long)pieces * 2 * columns * sizeof(float));
        float* sums = (float*)partials.Address;
        workers.Run(
            pieces,
            new LayerNormBackwardWork(norm, s.Pointer, mean.Pointer, rstd.Pointer, dy.Pointer, dx.Pointer, PointerOf(dResidual), accumulateResidual, sums));
        AddPartials(sums, pieces, 2 * columns, columns, dgamma.Pointer);
        AddPartials(sums + columns, pieces, 2 * columns, columns, dbeta.Pointer);
        Free(partials);
    }

    /// <summary>What both directions of layer norm know.</summary>
    private readonly struct NormShape(int rows, int columns, int rowsPerPiece, float* gamma, Dropout dropout)
    {
        public readonly int Columns = columns;
        public readonly float* Gamma = gamma;
        public readonly bool HasDropout = dropout.IsActive;
        public readonly DropoutLanes Dropout = new(dropout);

        public (int Start, int End) RowsOf(int piece) => (piece * rowsPerPiece, Math.Min((piece + 1) * rowsPerPiece, rows));
    }

    private readonly struct LayerNormWork(
        NormShape norm, float* x, float* residual, float* beta, float epsilon, float* s, float* mean, float* rstd, float* y) : IWork
    {
        [SkipLocalsInit]
        public void Run(int piece)
        {
            uint* words = stackalloc uint[DropoutLanes.Words];
            (int start, int end) = norm.RowsOf(piece);
            for (int row = start; row < end; row++) Normalize(row, words);
        }

        [MethodImpl(Jit.Kernel)]
        private void Normalize(int row, uint* words)
        {
            int columns = norm.Columns;
            long first = (long)row * columns;
            float* from = x + first, to = y + first;
            if (residual != null || norm.HasDropout || s != x)
            {
                from = s + first;
                AddResidual(first, words);
            }

            float average = SumOf(from, columns) / columns;
            float inverse = 1f / MathF.Sqrt((SumOfSquares(from, columns, average) / columns) + epsilon);
            V center = V.Broadcast(average), scale = V.Broadcast(inverse);
            int j = 0;
            for (; j + V.Lanes <= columns; j += V.Lanes)
                V.Store(V.MultiplyAdd((V.Load(from + j) - center) * scale, V.Load(norm.Gamma + j), V.Load(beta + j)), to + j);
            if (j < columns)
            {
                int lanes = columns - j;
                V.StorePartial(
                    V.MultiplyAdd((V.LoadPartial(from + j, lanes) - center) * scale, V.LoadPartial(norm.Gamma + j, lanes), V.LoadPartial(beta + j, lanes)),
                    to + j, lanes);
            }

            if (mean != null) mean[row] = average;
            if (rstd != null) rstd[row] = inverse;
        }

        // s = residual + dropout(x) for one row.
        [MethodImpl(Jit.Kernel)]
        private void AddResidual(long first, uint* words)
        {
            int columns = norm.Columns;
            for (int block = 0; block < columns; block += DropoutLanes.Block)
            {
                int stop = Math.Min(block + DropoutLanes.Block, columns);
                uint* word = norm.HasDropout ? norm.Dropout.Draw(first + block, stop - block, words) : null;
                for (int j = block; j < stop; j += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, stop - j);
                    V value = Read(x + first + j, lanes);
                    if (norm.HasDropout) value = norm.Dropout.Apply(value, word + j - block);
                    if (residual != null) value += Read(residual + first + j, lanes);
                    Write(value, s + first + j, lanes);
                }
            }
        }
    }

    private readonly struct LayerNormBackwardWork(
        NormShape norm, float* s, float* mean, float* rstd, float* dy, float* dx, float* dResidual, bool accumulate, float* sums) : IWork
    {
        [SkipLocalsInit]
        public void Run(int piece)
        {
            uint* words = stackalloc uint[DropoutLanes.Words];
            float* dgamma = sums + ((long)piece * 2 * norm.Columns);
            new Span<float>(dgamma, 2 * norm.Columns).Clear();
            (int start, int end) = norm.RowsOf(piece);
            for (int row = start; row < end; row++) Backward(row, dgamma, dgamma + norm.Columns, words);
        }

        [MethodImpl(Jit.Kernel)]
        private void Backward(int row, float* dgamma, float* dbeta, uint* words)
        {
            int columns = norm.Columns;
            long first = (long)row * columns;
            V center = V.Broadcast(mean[row]), scale = V.Broadcast(rstd[row]);
            V sum = V.Zero, product = V.Zero;
            for (int j = 0; j < columns; j += V.Lanes)
            {
                // Beyond the end dy is 0, and so are all sums.
                int lanes = Math.Min(V.Lanes, columns - j);
                V normal = (Read(s + first + j, lanes) - center) * scale, gradient = Read(dy + first + j, lanes);
                Write(V.MultiplyAdd(gradient, normal, Read(dgamma + j, lanes)), dgamma + j, lanes);
                Write(Read(dbeta + j, lanes) + gradient, dbeta + j, lanes);
                V g = gradient * Read(norm.Gamma + j, lanes);
                sum += g;
                product = V.MultiplyAdd(g, normal, product);
            }

            V averageG = V.Broadcast(V.Sum(sum) / columns), averageProduct = V.Broadcast(V.Sum(product) / columns);
            for (int block = 0; block < columns; block += DropoutLanes.Block)
            {
                int stop = Math.Min(block + DropoutLanes.Block, columns);
                uint* word = norm.HasDropout ? norm.Dropout.Draw(first + block, stop - block, words) : null;
                for (int j = block; j < stop; j += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, stop - j);
                    V normal = (Read(s + first + j, lanes) - center) * scale;
                    V g = Read(dy + first + j, lanes) * Read(norm.Gamma + j, lanes);
                    V ds = (g - averageG - (normal * averageProduct)) * scale;
                    if (dResidual != null) Write(accumulate ? Read(dResidual + first + j, lanes) + ds : ds, dResidual + first + j, lanes);
                    Write(norm.HasDropout ? norm.Dropout.Apply(ds, word + j - block) : ds, dx + first + j, lanes);
                }
            }
        }
    }
}
