using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of the family Elements of <see cref="IBackend"/>.</summary>
internal static class ElementsKernels
{
    public static void Fill(ArrayView<float> x, float value, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) x[i] = value;
    }

    public static void Copy(ArrayView<float> x, ArrayView<float> y, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] = x[i];
    }

    public static void AddScaled(ArrayView<float> x, float scale, ArrayView<float> y, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] += scale * x[i];
    }

    public static void Map<TOp>(ArrayView<float> x, ArrayView<float> y, int count) where TOp : struct, IPointwise
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] = TOp.Forward(new Lane(x[i])).Value;
    }

    public static void MapBackward<TOp>(
        ArrayView<float> x, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, int accumulate, int count) where TOp : struct, IPointwise
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float slope = TOp.Derivative(new Lane(x[i]), new Lane(y[i])).Value * dy[i];
            dx[i] = accumulate != 0 ? dx[i] + slope : slope;
        }
    }

    // A thread takes the four elements of one random block.
    public static void ApplyDropout(ArrayView<float> x, DropoutPlace dropout, ArrayView<float> y, int count)
    {
        for (int i = 4 * Threads.Index; i < count; i += 4 * Threads.Count)
        {
            var block = dropout.Block((ulong)i / 4);
            y[i] = dropout.Apply(x[i], block.X0);
            if (i + 1 < count) y[i + 1] = dropout.Apply(x[i + 1], block.X1);
            if (i + 2 < count) y[i + 2] = dropout.Apply(x[i + 2], block.X2);
            if (i + 3 < count) y[i + 3] = dropout.Apply(x[i + 3], block.X3);
        }
    }
}
