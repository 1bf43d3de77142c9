// Weights of ONNX models in a file of their own.
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Export.Onnx;
using Sprout.Tests.Models;

namespace Sprout.Tests.Export;

public sealed class OnnxDataFileTests : IDisposable
{
    private readonly OnnxModel files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(OnnxWeights.Float32)]
    [InlineData(OnnxWeights.Int8)]
    public void The_runtime_finds_weights_above_the_limit_in_another_file(OnnxWeights weights)
    {
        Save();
        Export(weights, long.MaxValue).Bytes.Should().Be(new FileInfo(Of("model.onnx")).Length);
        File.Exists(Of("model.onnx.data")).Should().BeFalse();
        float[] expected = files.Run(TinyBert.Sequences)["logits"].Values;
        byte[] config = File.ReadAllBytes(Of("config.json"));
        Directory.Delete(files.Exported, recursive: true);

        OnnxReport report = Export(weights, 1 << 14);
        (long model, long data) = (new FileInfo(Of("model.onnx")).Length, new FileInfo(Of("model.onnx.data")).Length);
        report.Bytes.Should().Be(model + data);
        data.Should().BeGreaterThan(model, "small tensors stay with the model");
        files.Run(TinyBert.Sequences)["logits"].Values.Should().Equal(expected);
        File.ReadAllBytes(Of("config.json")).Should().Equal(config);
        File.Delete(Of("model.onnx.data"));
        files.Invoking(model => model.Run(TinyBert.Sequences)).Should().Throw<Exception>("that is where the weights are");
    }

    [Fact]
    public void Data_begin_at_pages_and_small_tensors_are_left_out()
    {
        OnnxTensor small = new("small", [2], OnnxType.Float, new float[2]), first = new("first", [300], OnnxType.Float, new float[300]);
        OnnxTensor second = new("second", [2000], OnnxType.Int8, new sbyte[2000]);
        Array.Fill((float[])first.Data, 1.5f);
        Array.Fill((sbyte[])second.Data, (sbyte)-3);
        var file = new OnnxDataFile("model.onnx.data", [small, first, second]);
        (file.Holds(small), file.Holds(first), file.Holds(second)).Should().Be((false, true, true));
        using var stream = new MemoryStream();
        file.Write(stream, default);
        byte[] bytes = stream.ToArray();
        bytes.Should().HaveCount(4096 + 2000);
        BitConverter.ToSingle(bytes, 1196).Should().Be(1.5f);
        bytes[1200..4096].Should().OnlyContain(value => value == 0);
        bytes[4096..].Should().OnlyContain(value => value == 0xFD);
    }

    [Fact]
    public void Cancellation_while_the_data_are_written_leaves_no_file()
    {
        Save();
        using var cancelled = new CancellationTokenSource();
        using var source = new Cancelling(ModelSource.Open(files.Path), cancelled);
        FluentActions.Invoking(() => OnnxExport.Save(files.Exported, source.Model, OnnxWeights.Float32, 1 << 14, cancelled.Token))
            .Should().Throw<OperationCanceledException>();
        Directory.GetFileSystemEntries(files.Exported).Should().BeEmpty();
    }

    private void Save()
    {
        BertConfig config = TinyBert.Config() with { HiddenSize = 64, IntermediateSize = 128 };
        files.Save(config, backend => new BertForSequenceClassification(backend, config, 2));
    }

    private OnnxReport Export(OnnxWeights weights, long mostInModel)
    {
        using ModelSource source = ModelSource.Open(files.Path);
        return OnnxExport.Save(files.Exported, source, weights, mostInModel, default);
    }

    private string Of(string name) => Path.Combine(files.Exported, name);

    // Cancels when the last tensor has been read, after which only files are written.
    private sealed class Cancelling : IDisposable
    {
        private readonly ModelSource source;

        public Cancelling(ModelSource source, CancellationTokenSource cancellation)
        {
            this.source = source;
            StoredTensor last = source.Find("classifier.bias", "bert.")!;
            var changes = new Dictionary<string, ChangedTensor>
            {
                [last.Name] = new ChangedTensor(last.Extents, () =>
                {
                    cancellation.Cancel();
                    return new float[last.Count];
                }),
            };
            Model = new ChangedModel(source, source.Config, changes);
        }

        public ModelSource Model { get; }

        public void Dispose()
        {
            Model.Dispose();
            source.Dispose();
        }
    }
}
