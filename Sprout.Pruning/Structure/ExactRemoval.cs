// Takes empty heads and neurons out of a layer without changing what it computes.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Pruning.Structure;

/// <summary>
/// Takes empty heads and neurons out of a layer without changing what it computes, but for rounding. A head goes when its columns of the attention output
/// are 0, or when its rows of the value matrix are: then every token's context is the value's bias, because attention weights sum to 1. A neuron goes when its
/// column of the second matrix is 0, or when its row of the first is: then it always is f(b). Such constants go into the bias of the matrix behind. Rows of 0
/// in query or key empty nothing: such a head still averages values.
/// </summary>
public static class ExactRemoval
{
    /// <summary>Reads a layer, without its empty heads and neurons.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="layer">The layer, for its structure; its own weights are not looked at.</param>
    /// <param name="activation">What lies between the feed-forward products.</param>
    /// <param name="encoderPrefix">The encoder's part of the parameters' names.</param>
    /// <exception cref="InputException">A tensor is missing, damaged or of another shape.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static CompactLayer Read(ModelSource source, EncoderLayer layer, HiddenActivation activation, string encoderPrefix)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(layer);
        AttentionMatrices attention = layer.Attention;
        LinearArrays value = Arrays(attention.Value), output = Arrays(attention.Output);
        int size = attention.HeadSize;
        bool[] valueRows = Lines(value).Rows, outputColumns = Lines(output).Columns;
        int[] heads = Indices(attention.Heads, h => !IsZero(valueRows, h) && !IsZero(outputColumns, h));
        int[] rows = [.. heads.SelectMany(h => Enumerable.Range(h * size, size))];

        LinearArrays first = Arrays(layer.FeedForward.First), second = Arrays(layer.FeedForward.Second);
        bool[] firstRows = Lines(first).Rows, secondColumns = Lines(second).Columns;
        int[] neurons = Indices(first.Outputs, n => !firstRows[n] && !secondColumns[n]);
        float[] idle = [.. first.Bias.Select(bias => Activate(activation, bias))];

        return new CompactLayer(
            heads, neurons, size,
            Arrays(attention.Query).WithOutputs(rows), Arrays(attention.Key).WithOutputs(rows), value.WithOutputs(rows), output.WithInputs(rows, value.Bias),
            first.WithOutputs(neurons), second.WithInputs(neurons, idle));

        LinearArrays Arrays(Linear linear) => new(
            linear.Weight.Shape[0], linear.Weight.Shape[1], source.Read(linear.Weight, encoderPrefix), source.Read(linear.Bias, encoderPrefix));

        bool IsZero(bool[] zero, int h) => !zero.AsSpan(h * size, size).Contains(false);
    }

    private static ZeroLines Lines(LinearArrays layer) => ZeroLines.Of(layer.Weight, [layer.Outputs, layer.Inputs]);

    private static int[] Indices(int count, Func<int, bool> condition) => [.. Enumerable.Range(0, count).Where(condition)];

    private static float Activate(HiddenActivation activation, float x) => activation switch
    {
        HiddenActivation.Gelu => Gelu.Forward(new Scalar(x)).Value,
        HiddenActivation.GeluTanh => GeluTanh.Forward(new Scalar(x)).Value,
        _ => Relu.Forward(new Scalar(x)).Value,
    };
}
