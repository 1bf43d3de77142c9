// A BERT in a folder, what Sprout computes with it and what ONNX Runtime does with its export.
using Microsoft.ML.OnnxRuntime;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Export;

/// <summary>The folder of a model for the tests of exports.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OnnxModel() => Directory.CreateDirectory(Path);

    /// <summary>The model.</summary>
    public string Path => folder.File("model");

    /// <summary>Where it may be exported to.</summary>
    public string Exported => folder.File("exported");

    /// <summary>Writes configuration, vocabulary and weights.</summary>
    public void Save(BertConfig config, TaskModel model)
    {
        (config with { Architectures = [model.Architecture] }).Save(Path);
        string[] special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        IEnumerable<string> words = Enumerable.Range(special.Length, config.VocabSize - special.Length).Select(i => $"w{i}");
        File.WriteAllLines(System.IO.Path.Combine(Path, "vocab.txt"), special.Concat(words));
        HuggingFaceFolder.SaveWeights(Path, model);
    }

    /// <summary>Makes a model of random weights, after a change, and writes it.</summary>
    public void Save(BertConfig config, Func<IBackend, TaskModel> create, Action<TaskModel>? change = null)
    {
        using IBackend backend = Device.Open("cpu", 1);
        using TaskModel model = Models.TinyBert.Randomise(create(backend));
        change?.Invoke(model);
        Save(config, model);
    }

    /// <summary>What Sprout computes, sequences laid end to end, with the model or, where there is a path, another one.</summary>
    public float[] Forward(Func<ModelConfig, IBackend, TaskModel> create, IReadOnlyList<TokenSequence> sequences, string? path = null)
    {
        using ModelSource source = ModelSource.Open(path ?? Path);
        using IBackend backend = Device.Open("cpu", 1);
        using TaskModel model = create(source.Config, backend);
        source.LoadWhole(model);
        using Batch batch = Batch.Pack(backend, sequences);
        using var tape = new Tape(backend, recording: false);
        return model.Forward(tape, batch).Value.ToArray();
    }

    /// <summary>What ONNX Runtime computes with the export, sequences padded to the longest: values and extents by output.</summary>
    public Dictionary<string, (float[] Values, long[] Extents)> Run(IReadOnlyList<TokenSequence> sequences)
    {
        int width = sequences.Max(sequence => sequence.Ids.Length);
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        // Without it, products of 8 bits overflow on x86 processors that have no VNNI.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        using var session = new InferenceSession(System.IO.Path.Combine(Exported, "model.onnx"), options);
        using OrtValue ids = Padded((sequence, i) => sequence.Ids[i]), mask = Padded((_, _) => 1), types = Padded((sequence, i) => sequence.TypeIds[i]);
        using var run = new RunOptions();
        string[] outputs = [.. session.OutputMetadata.Keys];
        string[] inputs = ["input_ids", "attention_mask", "token_type_ids"];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, inputs, [ids, mask, types], outputs);
        return outputs.Zip(results).ToDictionary(
            pair => pair.First, pair => (pair.Second.GetTensorDataAsSpan<float>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape));

        OrtValue Padded(Func<TokenSequence, int, long> value) => OrtValue.CreateTensorValueFromMemory(
            [.. sequences.SelectMany(sequence => Enumerable.Range(0, width).Select(i => i < sequence.Ids.Length ? value(sequence, i) : 0))],
            [sequences.Count, width]);
    }

    public void Dispose() => folder.Dispose();
}
