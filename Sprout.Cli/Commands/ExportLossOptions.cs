// How an export is measured.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>The options of <c>sprout export</c> that say on what an export is measured, and how much it may lose.</summary>
internal sealed class ExportLossOptions
{
    private readonly OptionTable table;
    private readonly Option<double?> maxLoss = new("--max-loss")
    {
        Description = "Refuse an export whose metric falls by more points (exit code 3); nothing is written then",
        HelpName = "points",
        CustomParser = Values.Number,
    };

    /// <summary>Adds the options.</summary>
    public ExportLossOptions(Command command)
    {
        table = new OptionTable(command);
        RecipeOptions.AddEvaluation(table);
        RecipeOptions.AddEvalBatchSize(table, "--batch-size");
        RecipeOptions.AddDevice(table);
        command.Options.Add(maxLoss);
    }

    /// <summary>What measures the export of a model; null: no data was given.</summary>
    /// <exception cref="OptionException">An option is wrong, or has no effect.</exception>
    public ExportLoss? Of(ParseResult result, string model, Terminal terminal)
    {
        JsonObject given = table.Given(result);
        double? most = result.GetValue(maxLoss);
        if (most is not null && !(most >= 0)) throw new OptionException(FormattableString.Invariant($"--max-loss: expected 0 or more points, found {most}."));
        if (given.ContainsKey("data") || given.ContainsKey("eval-file"))
            return new ExportLoss(Evaluation.RecipeOf(table, result, model, terminal), most, terminal);
        string? idle = most is null ? given.Select(pair => pair.Key).FirstOrDefault() : "max-loss";
        return idle is null ? null : throw new OptionException($"--{idle} has no effect without --data or --eval-file, on which the export is measured.");
    }
}
