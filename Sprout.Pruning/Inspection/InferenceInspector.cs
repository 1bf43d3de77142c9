// Asks a device what a model takes to answer.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Pruning.Inspection;

/// <summary>Finds out how a device holds the weights of a model that only answers, by packing them as it does.</summary>
public static class InferenceInspector
{
    /// <summary>Inspects a model as a classifier would be loaded from a source, on this machine's processor.</summary>
    /// <exception cref="InputException">The weights are damaged, or the encoder that the configuration describes is not complete.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static InferenceCost Inspect(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using IBackend backend = Device.Open("cpu");
        using SequenceClassifier model = source.Config.CreateClassifier(backend, source.Config.NumLabels);
        source.Load(model, seed: 0, onlyAnswers: true);
        return Inspect(model);
    }

    /// <summary>Inspects a model where it is. A layer that is not packed is for a moment, so this takes no more memory than the largest.</summary>
    public static InferenceCost Inspect(TaskModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        HashSet<LinearWeight> prunable = [.. model.Encoder.Layers.SelectMany(layer => layer.Prunable).Select(layer => layer.Factor)];
        long tensors = sizeof(float) * model.Parameters().Sum(parameter => parameter.Shape.Count), layouts = 0, multiplied = 0;
        foreach (LinearWeight weight in model.NamedModules().Select(named => named.Module).OfType<Linear>().Select(layer => layer.Factor))
        {
            using WeightLayout? packed = weight.Layout is null ? weight.Parameter.Backend.Pack(weight.Parameter.Value, weight.Mask) : null;
            WeightLayout layout = packed ?? weight.Layout!;
            if (weight.IsSparse) tensors -= sizeof(float) * weight.Shape.Count;
            // Some devices multiply by the weight as it lies.
            if (weight.IsSparse || layout is not RowMajorLayout rows || rows.Values != weight.Parameter.Value) layouts += layout.Bytes;
            if (prunable.Contains(weight)) multiplied += layout.Weights;
        }

        return new InferenceCost(tensors, layouts, multiplied);
    }
}
