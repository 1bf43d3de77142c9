// sprout train
using System.CommandLine;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;

namespace Sprout.Cli.Commands;

/// <summary>Fine-tunes a model, optionally pruning it, optionally from a teacher.</summary>
internal static class TrainCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Fine-tune a BERT, optionally pruning it while it learns, optionally from a teacher.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("train", Summary);
        var table = new OptionTable(command);
        RecipeOptions.AddTask(table);
        RecipeOptions.AddTrainingData(table);
        var run = new RunOptions(command);
        RecipeOptions.AddTraining(table);
        RecipeOptions.AddPruning(table);
        RecipeOptions.AddSpeedup(table);
        RecipeOptions.AddDistillation(table);
        RecipeOptions.AddDevice(table);
        HuggingFace.AddHarmless(command);
        command.SetAction(result => RunCommand.Execute(terminal, run, run.Recipe(table, result), result));
        return command;
    }
}
