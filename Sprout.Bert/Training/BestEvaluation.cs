// Which evaluation of a run was the best one.
using System.Text.Json.Nodes;
using Sprout.Bert.Metrics;

namespace Sprout.Bert.Training;

/// <summary>The best evaluation so far, read off the log: so a resumed run decides as one that was not interrupted.</summary>
/// <param name="Step">Steps done when it was made.</param>
/// <param name="Value">Its metric.</param>
/// <param name="Since">Evaluations after it, none of them better.</param>
internal sealed record BestEvaluation(int Step, double Value, int Since)
{
    /// <summary>The best evaluation of a log; of equal ones the first; null when there is none with a value.</summary>
    /// <param name="history">The log's entries in order.</param>
    /// <param name="metric">The name, as in "eval_accuracy".</param>
    /// <param name="from">Evaluations after fewer steps do not count.</param>
    /// <param name="lost">Steps whose model is not there any more.</param>
    public static BestEvaluation? Of(JsonArray history, string metric, int from, IReadOnlySet<int> lost)
    {
        BestEvaluation? best = null;
        bool less = MetricNames.IsLessBetter(metric);
        foreach (JsonNode? entry in history)
        {
            int step = entry!["step"]!.GetValue<int>();
            if (step < from || !TrainerState.IsEvaluation(entry)) continue;
            double? value = lost.Contains(step) ? null : entry[metric]?.GetValue<double>();
            if (value is double found && (best is null || (less ? found < best.Value : found > best.Value)))
                best = new BestEvaluation(step, found, Since: 0);
            else if (best is not null)
                best = best with { Since = best.Since + 1 };
        }

        return best;
    }
}
