using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of softmax, one group a row.</summary>
internal static class SoftmaxKernels
{
    public static void Forward(ArrayView<float> x, ArrayView<float> y, int columns)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = Grid.IdxX * columns, end = first + columns;
        Reduce.Max(shared, LogSoftmax.Largest(x, first, end));
        float maximum = shared[0];
        Reduce.Sum(shared, LogSoftmax.SumOfExponentials(x, first, end, maximum, 1f));
        float factor = 1f / shared[0];
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) y[i] = Exp.Forward(new Lane(x[i] - maximum)).Value * factor;
    }

    public static void Backward(ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, int columns, int accumulate)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = Grid.IdxX * columns, end = first + columns;
        float products = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) products += y[i] * dy[i];
        Reduce.Sum(shared, products);
        float sum = shared[0];
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float slope = y[i] * (dy[i] - sum);
            dx[i] = accumulate != 0 ? dx[i] + slope : slope;
        }
    }
}
