// What commands that evaluate have in common.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Tasks;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Evaluates models by the options of a command.</summary>
internal static class Evaluation
{
    /// <summary>The recipe of what was given, and of what the model's run left.</summary>
    /// <param name="table">The command's options.</param>
    /// <param name="result">What was given.</param>
    /// <param name="model">The model; null: none was given.</param>
    /// <param name="terminal">Receives what was taken over.</param>
    /// <exception cref="OptionException">An option is wrong, or has no effect.</exception>
    /// <exception cref="InputException">What the model's run left cannot be read.</exception>
    public static Recipe RecipeOf(OptionTable table, ParseResult result, string? model, Terminal terminal)
    {
        JsonObject given = table.Given(result);
        if (given.ContainsKey("data") && given.ContainsKey("eval-file"))
            throw new OptionException("--data has no effect with --eval-file, which is read in its place.");
        JsonObject basis = RunSettings.Of(model, RunSettings.OfEvaluation, given, terminal.Log);
        if (model is not null) basis["model"] = model;
        Recipe recipe = table.Recipe(result, basis);
        recipe.Validate();
        return recipe;
    }

    /// <summary>The metrics of a model.</summary>
    /// <param name="session">The model and its examples.</param>
    /// <param name="recipe">Has the batch size, and what messages call the model.</param>
    /// <param name="terminal">Shows progress.</param>
    /// <param name="prediction">Receives one JSON object an example; null: nobody.</param>
    /// <exception cref="NotFiniteException">A logit is not finite.</exception>
    public static IReadOnlyDictionary<string, double> Run(
        TaskSession session, Recipe recipe, Terminal terminal, Action<JsonObject>? prediction = null)
    {
        try
        {
            return session.Objective.Evaluate(recipe.Training.EvalBatchSize, prediction, new ProgressDisplay(terminal), terminal.Cancellation);
        }
        catch (NotFiniteException e)
        {
            throw new NotFiniteException($"{recipe.Task.Model ?? recipe.Task.Config}: {e.Message}", e);
        }
    }
}
