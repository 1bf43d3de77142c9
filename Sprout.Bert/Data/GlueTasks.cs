// The nine GLUE tasks: file layouts, labels and metrics.
using Sprout.Bert.Files;
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>
/// The GLUE tasks in the layout of the official download: unquoted TSV with a header, CoLA without one. Label names and their order are
/// those of Hugging Face's <c>glue</c> data set.
/// </summary>
public static class GlueTasks
{
    private static readonly string[] Classes = [MetricNames.Accuracy];
    private static readonly string[] Pairs = [MetricNames.F1, MetricNames.Accuracy, MetricNames.Combined];
    private static readonly string[] Entailment = ["entailment", "not_entailment"];
    private static readonly string[] Binary = ["0", "1"];

    private static readonly GlueLayout[] Layouts =
    [
        new("sst2", "sentence", null, "label", ["negative", "positive"], Binary, Classes),
        new("mrpc", "#1 String", "#2 String", "Quality", ["not_equivalent", "equivalent"], Binary, Pairs),
        new("qqp", "question1", "question2", "is_duplicate", ["not_duplicate", "duplicate"], Binary, Pairs) { SkipsBrokenRows = true },
        new("mnli", "sentence1", "sentence2", "gold_label", ["entailment", "neutral", "contradiction"], ["entailment", "neutral", "contradiction"], Classes)
        {
            EvalFiles = [("", "dev_matched.tsv"), ("_mm", "dev_mismatched.tsv")],
        },
        new("qnli", "question", "sentence", "label", Entailment, Entailment, Classes),
        new("rte", "sentence1", "sentence2", "label", Entailment, Entailment, Classes),
        new("cola", "sentence", null, "label", ["unacceptable", "acceptable"], Binary, [MetricNames.MatthewsCorrelation])
        {
            Header = ["source", "label", "star", "sentence"],
        },
        new("stsb", "sentence1", "sentence2", "score", [], [], [MetricNames.Pearson, MetricNames.Spearman, MetricNames.Combined]),
        new("wnli", "sentence1", "sentence2", "label", ["not_entailment", "entailment"], Binary, Classes),
    ];

    /// <summary>The names of the tasks: sst2, mrpc, qqp, mnli, qnli, rte, cola, stsb, wnli.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Layouts.Select(layout => layout.Name)];

    /// <summary>The task of a name.</summary>
    /// <exception cref="OptionException">There is no such task.</exception>
    public static TextTask Get(string name) =>
        Array.Find(Layouts, layout => layout.Name == name) is { } layout
            ? new GlueTask(layout, layout.LabelNames)
            : throw OptionException.Expected("Task", $"one of {string.Join(", ", Names)}", InputFile.Quote(name));
}
