// Models for ONNX runtimes.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Reference;

namespace Sprout.Export.Onnx;

/// <summary>How the weights of the encoder layers' products are stored and multiplied; all else is in single precision.</summary>
public enum OnnxWeights
{
    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>8 bits, a scale for every output; what they multiply is quantised to 8 bits at run time, a scale for each tensor.</summary>
    Int8,
}

/// <summary>What an export left out, and how large it is.</summary>
/// <param name="Heads">Heads of the model.</param>
/// <param name="RemovedHeads">Those that were empty.</param>
/// <param name="Neurons">Feed-forward neurons of the model.</param>
/// <param name="RemovedNeurons">Those that were empty.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record OnnxReport(int Heads, int RemovedHeads, int Neurons, int RemovedNeurons, long Bytes);

/// <summary>Writes models for ONNX runtimes, without the heads and neurons that pruning has emptied.</summary>
public static class OnnxExport
{
    /// <summary>The model's file name.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>
    /// Writes <c>model.onnx</c> (operator set 17), config.json, which still tells of the whole model, and the tokenizer's files. Inputs, 64-bit integers
    /// [batch, sequence]: input_ids, attention_mask, token_type_ids; padding is at the end and has mask 0. Outputs: logits [batch, labels] of a classifier,
    /// start_logits and end_logits [batch, sequence] of a model that answers questions, logits [batch, sequence, V] of a masked language model. Which one it
    /// is, <c>architectures</c> in config.json says; without it, the model is a classifier.
    /// </summary>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="source">The model.</param>
    /// <param name="weights">How the weights of the layers' products are stored.</param>
    /// <param name="cancellation">Ends it before the model's file is whole; no file is left then.</param>
    /// <exception cref="InputException">
    /// The model has no such head, is larger than 2 GiB or cannot be read, all said before anything is written; or a file cannot be written.
    /// </exception>
    /// <exception cref="NotFiniteException">A weight is not finite; no file is left.</exception>
    /// <exception cref="OptionException">The folder is not empty.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static OnnxReport Save(
        string folder, ModelSource source, OnnxWeights weights = OnnxWeights.Float32, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using TaskModel model = Create(source, nowhere);
        if (model.Config is not BertConfig config)
            throw new InputException($"{source.Name}: expected a BERT, which is what can be written as ONNX, found \"{model.Config.ModelType}\".");
        ITokenizer tokenizer = source.Tokenizer;
        OutputFolder.RequireEmpty(folder);
        var maker = new BertGraph(source, config, model, weights);
        OnnxGraph graph = maker.Build(cancellation);
        graph.RequireFits(source.Name);
        string file = Path.Combine(folder, ModelFile);
        AtomicFile.Write(file, stream => graph.Write(stream, cancellation));
        (config with { Architectures = [model.Architecture], SproutLayers = null }).Save(folder);
        tokenizer.Save(folder, config.MaxPositionEmbeddings);
        int layers = config.NumHiddenLayers;
        return new OnnxReport(
            layers * config.NumAttentionHeads, maker.Removed.Heads, layers * config.IntermediateSize, maker.Removed.Neurons, new FileInfo(file).Length);
    }

    private static TaskModel Create(ModelSource source, IBackend nowhere)
    {
        ModelConfig config = source.Config;
        (string Ending, Func<TaskModel> Create)[] heads =
        [
            ("ForSequenceClassification", () => config.CreateClassifier(nowhere, config.NumLabels)),
            ("ForQuestionAnswering", () => config.CreateSpanExtractor(nowhere)),
            ("ForMaskedLM", () => config.CreateMaskedLM(nowhere)),
        ];
        if (config.Architectures is not { Count: > 0 } named) return heads[0].Create();
        foreach ((string ending, Func<TaskModel> create) in heads)
            if (named.Any(name => name.EndsWith(ending, StringComparison.Ordinal))) return create();
        throw new InputException(
            $"{source.Name}: architectures in {ModelConfig.FileName}: expected a model for sequence classification, question answering or masked language "
            + $"modelling, which is what can be written as ONNX, found {string.Join(", ", named)}.");
    }
}
