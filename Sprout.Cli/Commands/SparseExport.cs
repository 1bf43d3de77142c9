// sprout export --format sparse
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Runs;
using Sprout.Pruning.Structure;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;

namespace Sprout.Cli.Commands;

/// <summary>Writes a model as one sparse file.</summary>
internal sealed class SparseExport
{
    private readonly Option<string> embeddings = Numbers("--embeddings", "sparse: numbers of the embedding tables", "fp32", "fp16", "int8", "int4");
    private readonly Option<string> activations = Numbers(
        "--activations", "sparse: what the encoder's products are computed in; int8 where it is faster, and needs --weights int8", "fp32", "int8");
    private readonly Option<string?> keepTokens = new("--keep-tokens")
    {
        Description = "sparse: file with one token a line; the others leave the vocabulary, and their words fall to pieces or [UNK]", HelpName = "file",
    };

    /// <summary>--weights, which all formats have.</summary>
    public Option<string> Weights { get; } = Numbers("--weights", "Numbers of the weights; hf has fp32 and fp16, onnx fp32 and int8", "fp32", "fp16", "int8");

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Weights, activations, embeddings, keepTokens]) command.Options.Add(option);
    }

    /// <summary>Checks that none of them is given with another format, but for one that it has.</summary>
    /// <exception cref="OptionException">One is.</exception>
    public void RequireNone(ParseResult result, string format, Option? except = null)
    {
        foreach (Option option in (Option[])[Weights, activations, embeddings, keepTokens])
        {
            if (option != except && result.GetResult(option) is { Implicit: false })
                throw new OptionException($"{option.Name} has no effect with --format {format}.");
        }
    }

    /// <summary>Writes the file and tells what it holds.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="model">The model.</param>
    /// <param name="output">The file.</param>
    /// <param name="removeEmpty">Whether empty heads and neurons are left out.</param>
    /// <param name="accept">Sees the file before it appears; null: nobody.</param>
    /// <param name="terminal">Receives what it holds.</param>
    public void Run(ParseResult result, string model, string output, bool removeEmpty, Action<string>? accept, Terminal terminal)
    {
        using ModelSource source = ModelSource.Open(model);
        IReadOnlySet<string>? kept = result.GetValue(keepTokens) is string file ? TokenList.Read(file, source.Tokenizer, terminal.Log) : null;
        JsonObject? run = RunSettings.ToCarry(model);
        ModelSource written = removeEmpty ? CompactModel.Of(source) : source;
        var options = new SparseFileOptions
        {
            Weights = Enum.Parse<NumberFormat>(result.GetValue(Weights)!, ignoreCase: true),
            Activations = Enum.Parse<NumberFormat>(result.GetValue(activations)!, ignoreCase: true),
            Embeddings = Enum.Parse<NumberFormat>(result.GetValue(embeddings)!, ignoreCase: true),
            KeepTokens = kept,
            Texts = run is null ? [] : new Dictionary<string, byte[]> { [Recipe.FileName] = System.Text.Encoding.UTF8.GetBytes(run.ToJsonString()) },
        };
        SparseFileReport report = SparseFileWriter.Write(output, written, options, accept, terminal.Cancellation);
        if (kept is not null) terminal.Output.WriteLine(FormattableString.Invariant($"tokens = {report.Tokens} of {report.AllTokens}"));
        if (options.Activations == NumberFormat.Int8)
            terminal.Output.WriteLine(FormattableString.Invariant($"int8_products = {report.InIntegers} of {report.Matrices} matrices"));
        if (removeEmpty)
        {
            ModelConfig config = written.Config;
            int layers = config.NumHiddenLayers;
            terminal.Output.WriteLine("removed = " + CostReport.Removed(
                config.RemovedHeads, (long)layers * config.NumAttentionHeads, config.RemovedNeurons, (long)layers * config.IntermediateSize));
        }

        foreach ((string part, long bytes) in ((string, long)[])[
            ("encoder", report.Encoder), ("embeddings", report.Embeddings), ("head", report.Head), ("tokenizer", report.Tokenizer), ("total", report.Total)])
            terminal.Output.WriteLine(FormattableString.Invariant($"{part}_bytes = {bytes}"));
        // Of the model that was given, with all that has been removed.
        long dense = source.Tensors.Sum(tensor => tensor.Count) * sizeof(float);
        terminal.Output.WriteLine(FormattableString.Invariant($"dense_bytes = {dense}, {(double)dense / report.Total:0.0} times as many"));
    }

    private static Option<string> Numbers(string name, string description, params string[] formats)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => formats[0], HelpName = string.Join('|', formats) };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
