// A model that computes in integers.
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;

namespace Sprout.Bert.Models;

/// <summary>Turns weights of a model that only answers into integers, as a sparse model file has them.</summary>
public static class IntegerLayers
{
    /// <summary>
    /// Makes the weights of the encoder's layers matrices of 8-bit integers (<see cref="NumberFormat.Int8"/>), where products in integers are faster
    /// (<see cref="QuantizedMatrix.PaysInIntegers"/>); layers that have no dense value are left as they are.
    /// </summary>
    /// <param name="model">The model, with masks folded; training it is over.</param>
    public static void Quantize(TaskModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (Linear layer in model.Encoder.Layers.SelectMany(layer => layer.Prunable).Where(layer => !layer.Factor.IsSparse))
        {
            if (layer.Factor.Shape[1] > QuantizedMatrix.MostColumns) continue;
            QuantizedMatrix quantized = Quantizer.Quantize(layer.Factor.Shape, layer.Weight.Value.ToArray());
            if (quantized.PaysInIntegers) layer.Factor.BecomeQuantized(quantized);
        }
    }
}
