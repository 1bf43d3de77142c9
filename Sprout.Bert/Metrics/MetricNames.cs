// The names of the metrics, as they appear in result files after "eval_".
namespace Sprout.Bert.Metrics;

/// <summary>Metric names as Hugging Face's evaluation has them.</summary>
public static class MetricNames
{
    /// <summary>Share of right predictions, 0 to 1; of label sets those without a mistake.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>F1 of the positive class, 0 to 1; of SQuAD answers in percent.</summary>
    public const string F1 = "f1";

    /// <summary>F1 of all labels of all examples together, 0 to 1; for label sets.</summary>
    public const string MicroF1 = "f1_micro";

    /// <summary>Mean of the labels' F1, 0 to 1; for label sets.</summary>
    public const string MacroF1 = "f1_macro";

    /// <summary>Matthews correlation coefficient, −1 to 1.</summary>
    public const string MatthewsCorrelation = "matthews_correlation";

    /// <summary>Pearson correlation, −1 to 1.</summary>
    public const string Pearson = "pearson";

    /// <summary>Spearman rank correlation, −1 to 1.</summary>
    public const string Spearman = "spearmanr";

    /// <summary>Mean squared error, in squared units of the target.</summary>
    public const string MeanSquaredError = "mse";

    /// <summary>Mean of the task's other metrics, for a task with two.</summary>
    public const string Combined = "combined_score";

    /// <summary>Share of SQuAD answers that match a reference exactly, in percent.</summary>
    public const string ExactMatch = "exact_match";

    /// <summary>Whether less of a metric is better: of losses and errors; with or without the prefix <c>eval_</c>.</summary>
    public static bool IsLessBetter(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string name = metric.StartsWith("eval_", StringComparison.Ordinal) ? metric[5..] : metric;
        return name.StartsWith("loss", StringComparison.Ordinal) || name.StartsWith(MeanSquaredError, StringComparison.Ordinal);
    }
}
