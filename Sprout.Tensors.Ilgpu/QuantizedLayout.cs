// A weight of integers on the device.
using System.Runtime.InteropServices;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

/// <summary>W [N, K] of 8-bit integers in the device's memory, four to a word; a row begins with a word.</summary>
internal sealed class QuantizedLayout : WeightLayout
{
    /// <summary>Copies a weight to the device.</summary>
    public QuantizedLayout(IBackend backend, QuantizedMatrix w) : base(w.Shape)
    {
        int words = (w.Shape[1] + QuantizedKernels.OfWord - 1) / QuantizedKernels.OfWord;
        var rows = new int[w.Shape[0] * words];
        for (int row = 0; row < w.Shape[0]; row++)
            w.Values.Span.Slice(row * w.Shape[1], w.Shape[1]).CopyTo(MemoryMarshal.Cast<int, sbyte>(rows.AsSpan(row * words, words)));
        Words = IntTensor.From(backend, rows);
        Scales = Tensor.From(backend, new Shape(w.Shape[0]), w.Scales.ToArray());
    }

    /// <summary>The integers.</summary>
    public IntTensor Words { get; }

    /// <summary>The scale of each row [N].</summary>
    public Tensor Scales { get; }

    /// <inheritdoc/>
    public override long Bytes => ((long)Words.Length + Scales.Count) * sizeof(int);

    /// <inheritdoc/>
    public override void Dispose()
    {
        Words.Dispose();
        Scales.Dispose();
    }
}
