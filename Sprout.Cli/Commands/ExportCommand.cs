// sprout export
using System.CommandLine;
using Sprout.Bert.Sources;
using Sprout.Cli.Shell;

namespace Sprout.Cli.Commands;

/// <summary>A model in another format.</summary>
internal static class ExportCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary =
        "Write a model in another format: hf has dense shapes and exact zeros and loads in transformers, sparse is one small file that Sprout loads.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", Summary);
        var model = new Option<string>("--model", "--model_name_or_path")
        {
            Description = "Model folder or sparse model file", Required = true, HelpName = "path",
        };
        var format = new Option<string>("--format") { Description = "What is written", DefaultValueFactory = _ => "hf", HelpName = "hf|sparse" };
        format.AcceptOnlyFromAmong("hf", "sparse");
        var output = new Option<string>("--output", "--output_dir")
        {
            Description = "hf: an empty or new folder; sparse: a file", Required = true, HelpName = "path",
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
                default:
                    sparse.RequireNone(result, "hf");
                    using (ModelSource source = ModelSource.Open(from)) HuggingFaceFolder.Save(to, source, terminal.Cancellation);
                    terminal.Output.WriteLine($"model = {to}");
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }
}
