// sprout export
using System.CommandLine;
using Sprout.Bert.Sources;
using Sprout.Cli.Shell;
using Sprout.Export.Onnx;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>A model in another format.</summary>
internal static class ExportCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary =
        "Write a model in another format: hf has dense shapes and exact zeros and loads in transformers, onnx has no empty heads and neurons.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", Summary);
        var model = new Option<string>("--model", "--model_name_or_path") { Description = "Model folder", Required = true, HelpName = "folder" };
        var format = new Option<string>("--format") { Description = "What is written", DefaultValueFactory = _ => "hf", HelpName = "hf|onnx" };
        format.AcceptOnlyFromAmong("hf", "onnx");
        var weights = new Option<string?>("--weights") { Description = "Weights of the layers' products, for onnx (default: fp32)", HelpName = "fp32|int8" };
        weights.AcceptOnlyFromAmong("fp32", "int8");
        var output = new Option<string>("--output", "--output_dir") { Description = "An empty or new folder", Required = true, HelpName = "folder" };
        foreach (Option option in (Option[])[model, format, weights, output]) command.Options.Add(option);
        command.SetAction(result =>
        {
            bool isOnnx = result.GetValue(format) == "onnx";
            if (!isOnnx && result.GetValue(weights) is not null) throw new OptionException("--weights: expected with --format onnx only, found with hf.");
            using ModelSource source = ModelSource.Open(result.GetValue(model)!);
            terminal.HeedsCancellation = true;
            if (isOnnx) SaveOnnx(terminal, result.GetValue(output)!, source, result.GetValue(weights) == "int8" ? OnnxWeights.Int8 : OnnxWeights.Float32);
            else HuggingFaceFolder.Save(result.GetValue(output)!, source, terminal.Cancellation);
            terminal.Output.WriteLine($"model = {result.GetValue(output)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void SaveOnnx(Terminal terminal, string folder, ModelSource source, OnnxWeights weights)
    {
        OnnxReport report = OnnxExport.Save(folder, source, weights, terminal.Cancellation);
        terminal.Output.WriteLine(FormattableString.Invariant(
            $"removed = {report.RemovedHeads} of {report.Heads} heads, {report.RemovedNeurons} of {report.Neurons} neurons"));
        terminal.Output.WriteLine(FormattableString.Invariant($"size = {report.Bytes / 1e6:0.00} MB"));
    }
}
