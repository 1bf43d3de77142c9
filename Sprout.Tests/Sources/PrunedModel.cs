// A pruned model in a folder, and in a sparse file.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;
using Sprout.Tests.Training;

namespace Sprout.Tests.Sources;

/// <summary>The tiny model with most weights of its layers set to 0.</summary>
internal static class PrunedModel
{
    /// <summary>Makes it.</summary>
    public static string Folder(TinyRun tiny, string name = "pruned", double density = 0.2, Func<BertConfig, BertConfig>? change = null)
    {
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new HuggingFaceFolder(tiny.Model);
        var config = (change ?? (same => same))((BertConfig)source.Config with
        {
            Id2Label = ["negative", "positive"], Label2Id = new Dictionary<string, int> { ["negative"] = 0, ["positive"] = 1 },
        });
        using var model = new BertForSequenceClassification(backend, config, 2);
        Initialization.Apply(model, seed: 5);
        var random = new RandomStream(9, 0);
        foreach (Sprout.Autograd.Modules.Linear layer in model.Encoder.Layers.SelectMany(layer => layer.Prunable))
            layer.Weight.Value.CopyFrom([.. layer.Weight.Value.ToArray().Select(x => random.NextDouble() < density ? x : 0)]);
        HuggingFaceFolder.Save(tiny.PathOf(name), model, config, source.Tokenizer);
        return tiny.PathOf(name);
    }

    /// <summary>Writes a folder's model as a sparse file.</summary>
    public static string File(TinyRun tiny, string folder, SparseFileOptions? options = null, string name = "model.sprout")
    {
        using ModelSource source = ModelSource.Open(folder);
        SparseFileWriter.Write(tiny.PathOf(name), source, options);
        return tiny.PathOf(name);
    }
}
