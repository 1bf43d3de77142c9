// sprout export
using System.CommandLine;
using Sprout.Bert.Sources;
using Sprout.Cli.Shell;
using Sprout.Export.Onnx;
using Sprout.Pruning.Inspection;
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
        var removeEmpty = new Option<bool>("--remove-empty")
        {
            Description = "hf: leave out neurons that pruning has emptied, as many as no layer needs; sparse: empty heads and neurons, layer by layer; "
                + "answers stay, but for rounding",
        };
        var sparse = new SparseExport();
        var folder = new FolderExport();
        foreach (Option option in (Option[])[model, format, output]) command.Options.Add(option);
        sparse.AddTo(command);
        folder.AddTo(command);
        command.Options.Add(removeEmpty);
        var losses = new ExportLossOptions(command);
        command.SetAction(result =>
        {
            (string from, string to) = (result.GetValue(model)!, result.GetValue(output)!);
            string written = result.GetValue(format)!, numbers = result.GetValue(sparse.Weights)!;
            if (written != "sparse") sparse.RequireNone(result, written, except: sparse.Weights);
            if (written != "hf") folder.RequireNone(result, written);
            bool removes = result.GetValue(removeEmpty);
            if (removes && written == "onnx") throw new OptionException($"{removeEmpty.Name} has no effect with --format onnx.");
            RequireNumbers(written, numbers);
            ExportLoss? loss = losses.Of(result, from, terminal);
            terminal.HeedsCancellation = true;
            switch (written)
            {
                case "sparse":
                    sparse.Run(result, from, to, removes, loss is null ? null : loss.Measure, terminal);
                    break;
                case "onnx":
                    SaveOnnx(terminal, from, to, numbers == "int8", loss);
                    break;
                default:
                    folder.Run(result, from, to, removes, numbers == "fp16", loss, terminal);
                    break;
            }

            terminal.Output.WriteLine($"model = {to}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void RequireNumbers(string format, string numbers)
    {
        string? other = format switch
        {
            "onnx" when numbers == "fp16" => "int8",
            "hf" when numbers == "int8" => "fp16",
            _ => null,
        };
        if (other is not null) throw new OptionException($"--weights: expected fp32 or {other} with --format {format}, found {numbers}.");
    }

    private static void SaveOnnx(Terminal terminal, string model, string folder, bool isInt8, ExportLoss? loss)
    {
        using ModelSource source = ModelSource.Open(model);
        OnnxReport? report = null;
        OutputFolder.Write(
            folder, to => report = OnnxExport.Save(to, source, isInt8 ? OnnxWeights.Int8 : OnnxWeights.Float32, terminal.Cancellation),
            loss is null ? null : isInt8 ? _ => loss.MeasureInt8(source) : _ => loss.MeasureFloats(source));
        terminal.Output.WriteLine($"removed = {CostReport.Removed(report!.RemovedHeads, report.Heads, report.RemovedNeurons, report.Neurons)}");
        terminal.Output.WriteLine(FormattableString.Invariant($"size = {report.Bytes / 1e6:0.00} MB"));
    }
}
