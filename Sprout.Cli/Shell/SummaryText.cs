// What was understood, in words.
using Sprout.Bert.Data;
using Sprout.Pruning;
using Sprout.Pruning.Runs;

namespace Sprout.Cli.Shell;

/// <summary>Says before the first step what will be done.</summary>
internal static class SummaryText
{
    private const int MostClasses = 12;

    /// <summary>Writes what a run is about to do.</summary>
    public static void Write(Terminal terminal, RunSummary summary)
    {
        Write(terminal, summary.Task, summary.Data);
        terminal.Log(PruningOf(summary));
    }

    /// <summary>Writes what was understood of the data.</summary>
    public static void Write(Terminal terminal, string? task, DataSummary data)
    {
        string columns = data.Columns is not { } found ? "." : $": {found.File}, text \"{found.Text}\""
            + (found.Pair is null ? ", no pair" : $", pair \"{found.Pair}\"") + (found.Label is null ? ", no label." : $", label \"{found.Label}\".");
        terminal.Log($"Task {task}{columns}");
        string examples = data.TrainExamples > 0 ? $"{data.TrainExamples} training and {data.EvalExamples} evaluation examples"
            : $"{data.EvalExamples} examples";
        if (data.EvalExamples > 0)
        {
            string cut = data.CutTrain + data.CutEval == 0 ? "none is cut" : data.TrainExamples > 0
                ? $"{data.CutTrain} and {data.CutEval} texts are longer and are cut" : $"{data.CutEval} texts are longer and are cut";
            terminal.Log($"{examples} of at most {data.MaxLength} tokens; {cut}.");
        }
        else
        {
            terminal.Log($"{data.TrainExamples} training examples; nothing is evaluated.");
        }

        if (data.Classes.Count > 0)
        {
            IEnumerable<string> counts = data.Classes.Take(MostClasses).Select(item =>
                $"{item.Label} {(data.TrainExamples > 0 ? $"{item.Train} + {item.Eval}" : $"{item.Eval}")}");
            string more = data.Classes.Count > MostClasses ? $" and {data.Classes.Count - MostClasses} more" : "";
            string kind = data.IsMultiLabel ? $"Any number of {data.Classes.Count} labels a text" : $"Classification, {data.Classes.Count} classes";
            terminal.Log($"{kind}: {string.Join(", ", counts)}{more}.");
        }

        if (data.Range is (float low, float high)) terminal.Log(FormattableString.Invariant($"Regression of numbers from {low} to {high}."));
    }

    private static string PruningOf(RunSummary summary)
    {
        PruningOptions pruning = summary.Pruning;
        string steps = $"{summary.Steps} steps";
        if (pruning.KeepZeros) return $"{steps}; the encoder's weights that are 0 stay 0, nothing else is pruned.";
        if (!pruning.IsPruning) return $"{steps}; nothing is pruned.";
        if (!summary.Prunes) return $"{steps}; nothing is pruned: {pruning.Method} with lambda 0 keeps all weights but those that training itself pushes out.";
        string target = pruning.Density is double density ? FormattableString.Invariant($"to density {density}")
            : pruning.Method == "soft-movement" ? FormattableString.Invariant($"with lambda {pruning.Lambda} and threshold {pruning.Threshold}")
            : FormattableString.Invariant($"with lambda {pruning.Lambda}");
        return $"{steps}; the encoder's matrices are pruned by {pruning.Method} {target}.";
    }
}
