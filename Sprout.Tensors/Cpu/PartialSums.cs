// Sums over the rows of a matrix: each piece leaves a row of partial sums, which are added up afterwards.
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    private const int FewestSummedRows = 16;

    // Rows of a piece that leaves partial sums: enough of them to repay adding these up.
    private static int RowsPerPartialSum(int columns) => Math.Max(RowsPerPiece(columns), FewestSummedRows);

    // y += the sum of the rows of partials, in their order.
    private void AddPartials(float* partials, int rows, int stride, int columns, float* y) =>
        ForEach(columns, new AddPartialsStep(partials, rows, stride, y));

    private readonly struct AddPartialsStep(float* partials, int rows, int stride, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes)
        {
            V sum = V.Zero;
            for (int row = 0; row < rows; row++) sum += Read(partials + ((long)row * stride) + i, lanes);
            Write(Read(y + i, lanes) + sum, y + i, lanes);
        }
    }
}
