// Linear layers as ONNX operators.
using Sprout.Pruning.Structure;

namespace Sprout.Export.Onnx;

/// <summary>Makes operators of linear layers. ONNX multiplies from the right, so weights are stored as [inputs, outputs].</summary>
internal abstract class OnnxProducts
{
    /// <summary>x Wᵀ + b.</summary>
    /// <param name="name">What the layer's tensors are called by, without the dot.</param>
    /// <param name="layer">W and b.</param>
    /// <param name="x">The value [.., inputs].</param>
    /// <returns>The result's name.</returns>
    public abstract string Apply(string name, LinearArrays layer, string x);
}

/// <summary>Products in single precision.</summary>
internal sealed class SingleProducts(OnnxGraph graph) : OnnxProducts
{
    /// <inheritdoc/>
    public override string Apply(string name, LinearArrays layer, string x)
    {
        var weight = new float[layer.Weight.Length];
        for (int row = 0; row < layer.Outputs; row++)
            for (int column = 0; column < layer.Inputs; column++)
                weight[(column * layer.Outputs) + row] = layer.Weight[(row * layer.Inputs) + column];
        string product = graph.Add("MatMul", [x, graph.Floats($"{name}.weight", weight, layer.Inputs, layer.Outputs)]);
        return graph.Add("Add", [product, graph.Floats($"{name}.bias", layer.Bias)]);
    }
}

/// <summary>
/// Products of whole numbers, quantised as they come: weights are signed, symmetric, with a scale for every output; a value is unsigned, with one scale and
/// zero point that are found when it is there. Runtimes know this sequence of operators.
/// </summary>
internal sealed class Int8Products(OnnxGraph graph) : OnnxProducts
{
    private readonly Dictionary<string, string[]> quantised = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Apply(string name, LinearArrays layer, string x)
    {
        // Query, key and value have the same input.
        if (!quantised.TryGetValue(x, out string[]? parts)) quantised[x] = parts = graph.Add("DynamicQuantizeLinear", [x], results: 3);
        var weight = new sbyte[layer.Weight.Length];
        var scales = new float[layer.Outputs];
        for (int row = 0; row < layer.Outputs; row++)
        {
            ReadOnlySpan<float> values = layer.Weight.AsSpan(row * layer.Inputs, layer.Inputs);
            scales[row] = Int8.ScaleOf(values);
            for (int column = 0; column < layer.Inputs; column++) weight[(column * layer.Outputs) + row] = Int8.Round(values[column], scales[row]);
        }

        string stored = graph.Tensor(new OnnxTensor($"{name}.weight.int8", [layer.Inputs, layer.Outputs], OnnxType.Int8, weight));
        string sums = graph.Add("Cast", [graph.Add("MatMulInteger", [parts[0], stored, parts[2]])], ("to", (int)OnnxType.Float));
        string scale = graph.Add("Mul", [parts[1], graph.Floats($"{name}.weight.scale", scales)]);
        return graph.Add("Add", [graph.Add("Mul", [sums, scale]), graph.Floats($"{name}.bias", layer.Bias)]);
    }
}
