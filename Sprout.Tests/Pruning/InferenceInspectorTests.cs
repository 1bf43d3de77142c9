// What a model that answers is said to hold is what its device has given it.
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Pruning.Inspection;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Sources;
using Sprout.Tests.Training;

namespace Sprout.Tests.Pruning;

[Collection("backends")]
public sealed class InferenceInspectorTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Bytes_are_those_that_the_device_holds()
    {
        string folder = PrunedModel.Folder(
            tiny, density: 0.1, change: config => config with { HiddenSize = 64, IntermediateSize = 256, NumAttentionHeads = 2 });
        string file = PrunedModel.File(tiny, folder);
        InferenceCost dense = Inspect(folder), sparse = Inspect(file);
        ModelCost cost = ModelInspector.Inspect(folder);
        (dense.TensorBytes - sparse.TensorBytes).Should().Be(sizeof(float) * cost.PrunableWeights, "a sparse file's matrices are never dense");
        sparse.LayoutBytes.Should().Be(dense.LayoutBytes);
        (sparse.MultipliedWeights, dense.MultipliedWeights).Should().Be((cost.KeptWeights, cost.KeptWeights));
        sparse.LayoutBytes.Should().BeGreaterThan(sizeof(float) * cost.KeptWeights).And.BeLessThan(sizeof(float) * cost.PrunableWeights);
    }

    [Fact]
    public void A_dense_model_multiplies_by_all_and_holds_its_matrices_twice()
    {
        InferenceCost cost = Inspect(tiny.Model);
        ModelCost held = ModelInspector.Inspect(tiny.Model);
        cost.MultipliedWeights.Should().Be(held.PrunableWeights);
        cost.LayoutBytes.Should().BeGreaterThanOrEqualTo(sizeof(float) * held.PrunableWeights);
    }

    // Inspected before the weights are packed for good and while they are.
    private static InferenceCost Inspect(string path)
    {
        using ModelSource source = ModelSource.Open(path);
        using IBackend backend = Device.Open("cpu", 1);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        source.Load(model, seed: 0, onlyAnswers: true);
        InferenceCost before = InferenceInspector.Inspect(model);
        using var inference = new Inference(backend, model);
        InferenceCost packed = InferenceInspector.Inspect(model);
        packed.Should().Be(before).And.Be(InferenceInspector.Inspect(source));
        // Memory comes in whole lines, and in sizes that many tensors can share.
        backend.LiveBytes.Should().BeInRange(packed.Bytes, packed.Bytes * 3 / 2);
        return packed;
    }
}
