// How the official files of one GLUE task look.
namespace Sprout.Bert.Data;

/// <summary>Columns, labels and metrics of a task; <paramref name="LabelValues"/> are the cells that mean the <paramref name="LabelNames"/>.</summary>
internal sealed record GlueLayout(
    string Name, string TextColumn, string? PairColumn, string LabelColumn, string[] LabelNames, string[] LabelValues, string[] Metrics)
{
    /// <summary>The columns of a file that has no header line; null when the file has one.</summary>
    public string[]? Header { get; init; }

    /// <summary>Metric suffix and file name of each evaluation set.</summary>
    public (string Suffix, string File)[] EvalFiles { get; init; } = [("", "dev.tsv")];

    /// <summary>Rows with a wrong number of cells are left out: the official file has some, and its usual readers drop them.</summary>
    public bool SkipsBrokenRows { get; init; }
}
