// sprout pretrain
using System.CommandLine;
using Sprout.Bert.Tasks;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;

namespace Sprout.Cli.Commands;

/// <summary>Masked-LM pre-training of a BERT from text files: one sequence a line.</summary>
internal static class PretrainCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Masked-LM pre-training of a BERT from text files, one sequence a line.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("pretrain", Summary);
        var table = new OptionTable(command);
        RecipeOptions.AddPretraining(table);
        var run = new RunOptions(command);
        RecipeOptions.AddTraining(table);
        RecipeOptions.AddDevice(table);
        HuggingFace.AddHarmless(command);
        command.SetAction(result =>
        {
            Recipe recipe = run.Recipe(table, result);
            return RunCommand.Execute(terminal, run, recipe with { Task = recipe.Task with { Task = TaskRegistry.MaskedLM } }, result);
        });
        return command;
    }
}
