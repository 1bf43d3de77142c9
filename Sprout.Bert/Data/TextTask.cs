// A task over texts: where its examples are, what its labels are called and how it is measured.
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>
/// Classification of, or regression over, single texts or pairs of texts. A task is immutable and loads its examples anew at each call. A task of your own
/// derives from this, or is a <see cref="ListTask"/>.
/// </summary>
public abstract class TextTask
{
    /// <summary>A task.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="labelNames">Label names by class id; none: a regression.</param>
    /// <param name="metrics">Some of <see cref="MetricNames"/>, the one that picks the best model first.</param>
    /// <param name="positiveLabel">The class id whose F1 is measured.</param>
    /// <param name="isMultiLabel">Whether an example may have any number of the classes.</param>
    protected TextTask(
        string name, IReadOnlyList<string> labelNames, IReadOnlyList<string> metrics, int positiveLabel = 1, bool isMultiLabel = false)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        if (isMultiLabel && labelNames.Count == 0)
            throw new ArgumentException($"Task {name}: expected at least one label name, found none.", nameof(labelNames));
        if (labelNames.Count == 1 && !isMultiLabel)
            throw new ArgumentException($"Task {name}: expected two label names or more, or none for a regression, found one.", nameof(labelNames));
        if (metrics is not { Count: > 0 }) throw new ArgumentException($"Task {name}: expected at least one metric, found none.", nameof(metrics));
        (Name, LabelNames, Metrics, PositiveLabel, IsMultiLabel) = (name, labelNames, metrics, positiveLabel, isMultiLabel);
    }

    /// <summary>Name of the task.</summary>
    public string Name { get; }

    /// <summary>Label names by class id, as <c>id2label</c> has them; empty for a regression.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>Names of the metrics of <see cref="Score(ReadOnlySpan{int}, ReadOnlySpan{int})"/>, the one that picks the best model first.</summary>
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>The class id whose F1 is measured.</summary>
    public int PositiveLabel { get; }

    /// <summary>Whether an example may have any number of the classes: <see cref="TextExample.Labels"/>.</summary>
    public bool IsMultiLabel { get; }

    /// <summary>Whether a number is predicted instead of a class.</summary>
    public bool IsRegression => LabelNames.Count == 0;

    /// <summary>The metric that picks the best model, larger is better; one of <see cref="MetricNames"/>.</summary>
    public string PrimaryMetric => Metrics[0];

    /// <summary>The training examples in file order, at least one, all with labels.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="note">Receives one sentence for each thing the user should know, such as rows left out.</param>
    /// <exception cref="InputException">A missing file, a bad row, a missing column or an unknown label; file and line are named.</exception>
    public abstract IReadOnlyList<TextExample> LoadTrain(DataFiles files, Action<string>? note = null);

    /// <summary>The evaluation sets: one, for MNLI from a folder two.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="needLabels">Whether a file without a label column is an error.</param>
    /// <param name="note">Receives one sentence for each thing the user should know, such as rows left out.</param>
    /// <exception cref="InputException">A missing file, a bad row, a missing column or an unknown label; file and line are named.</exception>
    public abstract IReadOnlyList<EvalSet> LoadEval(DataFiles files, bool needLabels = true, Action<string>? note = null);

    /// <summary>
    /// This task with the class ids of a model, when the model's <c>label2id</c> holds all its label names; otherwise the task itself.
    /// </summary>
    /// <exception cref="InputException">The model holds the names, but its ids are not 0 to n−1, each once.</exception>
    public abstract TextTask WithLabels(IReadOnlyDictionary<string, int> label2Id);

    /// <summary>The metrics of a classification by name.</summary>
    /// <param name="predictions">Predicted class ids.</param>
    /// <param name="labels">True class ids, as many.</param>
    /// <exception cref="InvalidOperationException">The task is a regression.</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public IReadOnlyDictionary<string, double> Score(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        var scores = new Dictionary<string, double>();
        foreach (string metric in Metrics)
        {
            scores[metric] = metric switch
            {
                MetricNames.Accuracy => Accuracy.Of(predictions, labels),
                MetricNames.F1 => F1.Of(predictions, labels, PositiveLabel),
                MetricNames.MatthewsCorrelation => MatthewsCorrelation.Of(predictions, labels),
                MetricNames.Combined => scores.Values.Average(),
                _ => throw new InvalidOperationException($"{metric} of {Name} is not a metric of classes."),
            };
        }

        return scores;
    }

    /// <summary>The metrics of label sets by name.</summary>
    /// <param name="counts">What was predicted and what is true.</param>
    /// <exception cref="InvalidOperationException">The task has other metrics.</exception>
    public IReadOnlyDictionary<string, double> Score(LabelCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return Metrics.ToDictionary(metric => metric, metric => metric switch
        {
            MetricNames.MicroF1 => counts.MicroF1,
            MetricNames.MacroF1 => counts.MacroF1,
            MetricNames.Accuracy => counts.SubsetAccuracy,
            _ => throw new InvalidOperationException($"{metric} of {Name} is not a metric of label sets."),
        });
    }

    /// <summary>The metrics of a regression by name.</summary>
    /// <param name="predictions">Predicted numbers.</param>
    /// <param name="targets">True numbers, as many.</param>
    /// <exception cref="InvalidOperationException">The task is a classification.</exception>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public IReadOnlyDictionary<string, double> Score(ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets)
    {
        var scores = new Dictionary<string, double>();
        foreach (string metric in Metrics)
        {
            scores[metric] = metric switch
            {
                MetricNames.Pearson => Pearson.Of(predictions, targets),
                MetricNames.Spearman => Spearman.Of(predictions, targets),
                MetricNames.MeanSquaredError => MeanSquaredError.Of(predictions, targets),
                MetricNames.Combined => scores.Values.Average(),
                _ => throw new InvalidOperationException($"{metric} of {Name} is not a metric of numbers."),
            };
        }

        return scores;
    }

    /// <summary>The columns of the training file, or of the first evaluation file; null for a task without files.</summary>
    internal virtual ColumnSummary? ColumnsOf(DataFiles files, bool train) => null;

    /// <summary>The metrics of a task that has no others in mind.</summary>
    internal static string[] UsualMetrics(bool isRegression, bool isMultiLabel) =>
        isRegression ? [MetricNames.Pearson, MetricNames.Spearman, MetricNames.MeanSquaredError]
        : isMultiLabel ? [MetricNames.MicroF1, MetricNames.MacroF1, MetricNames.Accuracy]
        : [MetricNames.Accuracy];

    internal static T NotEmpty<T>(T examples, string path) where T : IReadOnlyCollection<TextExample> =>
        examples.Count > 0 ? examples : throw new InputException($"{path}: expected examples, found none.");
}
