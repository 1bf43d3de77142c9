// sprout export
using System.CommandLine;
using Sprout.Bert.Sources;
using Sprout.Cli.Shell;

namespace Sprout.Cli.Commands;

/// <summary>A model in another format.</summary>
internal static class ExportCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Write a model in another format: hf has dense shapes and exact zeros and loads in transformers.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", Summary);
        var model = new Option<string>("--model", "--model_name_or_path") { Description = "Model folder", Required = true, HelpName = "folder" };
        var format = new Option<string>("--format") { Description = "What is written", DefaultValueFactory = _ => "hf", HelpName = "hf" };
        format.AcceptOnlyFromAmong("hf");
        var output = new Option<string>("--output", "--output_dir") { Description = "An empty or new folder", Required = true, HelpName = "folder" };
        foreach (Option option in (Option[])[model, format, output]) command.Options.Add(option);
        command.SetAction(result =>
        {
            using ModelSource source = ModelSource.Open(result.GetValue(model)!);
            terminal.HeedsCancellation = true;
            HuggingFaceFolder.Save(result.GetValue(output)!, source, terminal.Cancellation);
            terminal.Output.WriteLine($"model = {result.GetValue(output)}");
            return ExitCode.Done;
        });
        return command;
    }
}
