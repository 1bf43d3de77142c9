using System.Runtime.CompilerServices;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>What happens to a finished block of C while it is in the cache.</summary>
internal interface IEpilogue
{
    void Apply(int row, int column, int rows, int columns);
}

internal readonly struct NoEpilogue : IEpilogue
{
    public void Apply(int row, int column, int rows, int columns) { }
}

/// <summary>z += bias; y = f(z). z and y may be the same.</summary>
internal readonly unsafe struct LinearEpilogue<V, TActivation>(int n, float* bias, float* z, float* y) : IEpilogue
    where V : struct, IVector<V>
    where TActivation : struct, IPointwise
{
    [MethodImpl(Jit.Kernel)]
    public void Apply(int row, int column, int rows, int columns)
    {
        for (int i = row; i < row + rows; i++)
        {
            float* zRow = z + ((nint)i * n), yRow = y + ((nint)i * n);
            int j = column;
            for (; j + V.Lanes <= column + columns; j += V.Lanes)
            {
                V value = V.Load(zRow + j);
                if (bias != null) V.Store(value += V.Load(bias + j), zRow + j);
                V.Store(TActivation.Forward(value), yRow + j);
            }

            int rest = column + columns - j;
            if (rest == 0) continue;
            V last = V.LoadPartial(zRow + j, rest);
            if (bias != null) V.StorePartial(last += V.LoadPartial(bias + j, rest), zRow + j, rest);
            V.StorePartial(TActivation.Forward(last), yRow + j, rest);
        }
    }
}
