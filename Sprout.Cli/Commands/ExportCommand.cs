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
        "Write a model in another format: hf has exact zeros and loads in transformers, sparse is one small file for Sprout, onnx is for ONNX Runtime.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", Summary);
        var model = new Option<string>("--model", "--model_name_or_path")
        {
            Description = "Model folder or sparse model file", Required = true, HelpName = "path",
        };
        var format = new Option<string>("--format") { Description = "What is written", DefaultValueFactory = _ => "hf", HelpName = "hf|sparse|onnx" };
        format.AcceptOnlyFromAmong("hf", "sparse", "onnx");
        var output = new Option<string>("--output", "--output_dir")
        {
            Description = "hf, onnx: an empty or new folder; sparse: a file", Required = true, HelpName = "path",
        };
        var sparse = new SparseExport();
        foreach (Option option in (Option[])[model, format, output]) command.Options.Add(option);
        sparse.AddTo(command);
        command.SetAction(result =>
        {
            (string from, string to) = (result.GetValue(model)!, result.GetValue(output)!);
            terminal.HeedsCancellation = true;
            switch (result.GetValue(format))
            {
                case "sparse":
                    sparse.Run(result, from, to, terminal);
                    break;
                case "onnx":
                    sparse.RequireNone(result, "onnx", except: sparse.Weights);
                    SaveOnnx(terminal, from, to, WeightsOf(result.GetValue(sparse.Weights)!));
                    break;
                default:
                    sparse.RequireNone(result, "hf");
                    using (ModelSource source = ModelSource.Open(from)) HuggingFaceFolder.Save(to, source, terminal.Cancellation);
                    break;
            }

            terminal.Output.WriteLine($"model = {to}");
            return ExitCode.Done;
        });
        return command;
    }

    private static OnnxWeights WeightsOf(string numbers) => numbers switch
    {
        "fp32" => OnnxWeights.Float32,
        "int8" => OnnxWeights.Int8,
        _ => throw new OptionException($"--weights: expected fp32 or int8 with --format onnx, found {numbers}."),
    };

    private static void SaveOnnx(Terminal terminal, string model, string folder, OnnxWeights weights)
    {
        using ModelSource source = ModelSource.Open(model);
        OnnxReport report = OnnxExport.Save(folder, source, weights, terminal.Cancellation);
        terminal.Output.WriteLine($"removed = {RemovedText.Of(report.RemovedHeads, report.Heads, report.RemovedNeurons, report.Neurons)}");
        terminal.Output.WriteLine(FormattableString.Invariant($"size = {report.Bytes / 1e6:0.00} MB"));
    }
}
