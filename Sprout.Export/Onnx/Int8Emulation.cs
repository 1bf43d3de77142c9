// What an export with 8-bit products computes, in Sprout.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Pruning.Structure;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Export.Onnx;

/// <summary>
/// Computes what the graph of <see cref="OnnxWeights.Int8"/> does, without its runtime: the layers' products take rounded weights and inputs, in single
/// precision, so sums differ from those of whole numbers by rounding. The graph rounds by what a batch has in common, padding included: only batches of one
/// sequence are alike.
/// </summary>
public static class Int8Emulation
{
    /// <summary>The model as it is exported: without empty heads and neurons, which are zeros here, and with rounded weights.</summary>
    /// <param name="source">The model, which stays the caller's.</param>
    /// <exception cref="InputException">The model is no BERT, or a tensor is missing, damaged or of another shape.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static ModelSource RoundWeights(ModelSource source)
    {
        ModelSource compact = UniformModel.Of(source).Model;
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = compact.Config.CreateClassifier(nowhere, compact.Config.NumLabels);
        string prefix = model.EncoderPrefix;
        Dictionary<string, ChangedTensor> changes = model.Encoder.Layers.SelectMany(layer => layer.Prunable).Select(matrix => matrix.Weight).ToDictionary(
            weight => compact.Find(weight.Name, prefix)!.Name,
            weight => new ChangedTensor([weight.Shape[0], weight.Shape[1]], () => Round(compact.Read(weight, prefix), weight.Shape[1])));
        return new ChangedModel(compact, compact.Config, changes);
    }

    /// <summary>Lets a model round what its layers' products take, for the forward passes of tapes that do not record.</summary>
    public static void RoundInputs(TaskModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (Linear matrix in model.Encoder.Layers.SelectMany(layer => layer.Prunable)) matrix.Factor.InputRounding = Round;
    }

    private static float[] Round(float[] weights, int columns)
    {
        for (int start = 0; start < weights.Length; start += columns)
        {
            Span<float> row = weights.AsSpan(start, columns);
            float scale = Int8.ScaleOf(row);
            foreach (ref float weight in row) weight = Int8.Round(weight, scale) * scale;
        }

        return weights;
    }

    private static void Round(Tensor input)
    {
        float[] values = input.ToArray();
        Int8.RoundInput(values);
        input.CopyFrom(values);
    }
}
