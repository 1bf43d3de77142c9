// What Sprout says of an export with 8-bit products, beside what ONNX Runtime computes with it.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Export.Onnx;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;
using Sprout.Tests.Models;

namespace Sprout.Tests.Export;

public sealed class Int8EmulationTests : IDisposable
{
    private const int Texts = 40;

    private readonly OnnxModel files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_and_labels_are_those_of_the_runtime(bool hasHoles)
    {
        BertConfig config = TinyBert.Config() with { HiddenSize = 64, IntermediateSize = 128 };
        files.Save(config, backend => new BertForSequenceClassification(backend, config, 2), model =>
        {
            // A signal that keeps its size, as in a trained model: attention of random weights is a choice of one token, which small errors turn.
            foreach (Parameter matrix in model.Parameters().Where(parameter => parameter.Shape.Rank == 2))
                matrix.Value.CopyFrom([.. matrix.Value.ToArray().Select(weight => weight / 4)]);
            if (!hasHoles) return;
            Holes.Clear(model.Encoder.Layers[0].Attention.Value, row => row < 32);
            Holes.Clear(model.Encoder.Layers[1].FeedForward.First, row => row % 3 == 0);
        });
        using ModelSource source = ModelSource.Open(files.Path);
        OnnxExport.Save(files.Exported, source, OnnxWeights.Int8);
        float[][] runtime = [.. Sequences().Select(sequence => files.Run([sequence])["logits"].Values)];
        float[][] emulated = Emulated(source), whole = [.. Sequences().Select(sequence => Logits([sequence]))];
        // A value that lies between two steps may be rounded to either, so single texts may differ.
        double[] errors = Errors(emulated, runtime), before = Errors(whole, runtime);
        errors.Count(error => error < 1e-5).Should().BeGreaterThan(Texts / 2);
        errors.Average().Should().BeLessThan(before.Average() / 5, "what it says of the export is what the export does, not what the model did");
        Label(emulated).Should().Equal(Label(runtime));
    }

    private float[][] Emulated(ModelSource source)
    {
        using IBackend backend = Device.Open("cpu", 1);
        using ModelSource rounded = Int8Emulation.RoundWeights(source);
        using SequenceClassifier model = rounded.Config.CreateClassifier(backend, 2);
        rounded.LoadWhole(model);
        Int8Emulation.RoundInputs(model);
        return [.. Sequences().Select(sequence =>
        {
            using Batch batch = Batch.Pack(backend, [sequence]);
            using var tape = new Tape(backend, recording: false);
            return model.Forward(tape, batch).Value.ToArray();
        })];
    }

    private float[] Logits(IReadOnlyList<TokenSequence> sequences) =>
        files.Forward((config, backend) => config.CreateClassifier(backend, config.NumLabels), sequences);

    // The largest difference of each text.
    private static double[] Errors(float[][] found, float[][] expected) =>
        [.. found.Zip(expected, (row, other) => row.Zip(other, (x, y) => (double)MathF.Abs(x - y)).Max())];

    private static int[] Label(float[][] logits) => [.. logits.Select(row => row[0] > row[1] ? 0 : 1)];

    private static TokenSequence[] Sequences()
    {
        var random = new RandomStream(3, 0);
        return [.. Enumerable.Range(0, Texts).Select(i =>
        {
            int[] ids = [2, .. Enumerable.Range(0, 1 + (i % 7)).Select(_ => (int)(random.NextDouble() * 11))];
            return new TokenSequence(ids, new int[ids.Length]);
        })];
    }
}
