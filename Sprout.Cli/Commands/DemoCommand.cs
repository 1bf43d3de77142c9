// sprout demo
using System.CommandLine;

namespace Sprout.Cli.Commands;

/// <summary>The main job on what the repository embeds.</summary>
public static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", "Fine-tune and prune a small BERT on what comes with Sprout; under 2 minutes, no network.");
        command.SetAction(_ =>
        {
            terminal.Output.WriteLine("demo");
            return ExitCode.Done;
        });
        return command;
    }
}
