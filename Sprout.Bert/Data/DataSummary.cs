// What was understood of a task's data.
namespace Sprout.Bert.Data;

/// <summary>Which columns of which file are read; names, or 0-based indexes where a file has no header.</summary>
/// <param name="File">The file.</param>
/// <param name="Text">The text.</param>
/// <param name="Pair">The second text, or null.</param>
/// <param name="Label">The label, or null.</param>
public sealed record ColumnSummary(string File, string Text, string? Pair, string? Label);

/// <summary>A class and how often it occurs.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Train">Training examples.</param>
/// <param name="Eval">Evaluation examples, of all sets.</param>
public sealed record ClassSummary(string Label, int Train, int Eval);

/// <summary>What was understood of a task's data, for somebody to check before anything is trained.</summary>
/// <param name="TrainExamples">Training examples; 0 when nothing is trained.</param>
public sealed record DataSummary(int TrainExamples)
{
    /// <summary>Evaluation examples, of all sets.</summary>
    public int EvalExamples { get; init; }

    /// <summary>The columns that are read; null where a task has none, or the examples come from memory.</summary>
    public ColumnSummary? Columns { get; init; }

    /// <summary>The classes by id; empty for other tasks.</summary>
    public IReadOnlyList<ClassSummary> Classes { get; init; } = [];

    /// <summary>Whether an example may have any number of the classes.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>The smallest and largest number of a regression; null for other tasks.</summary>
    public (float Low, float High)? Range { get; init; }

    /// <summary>Longest sequence in tokens; 0 when unknown.</summary>
    public int MaxLength { get; init; }

    /// <summary>Training texts that are longer and lose their end.</summary>
    public int CutTrain { get; init; }

    /// <summary>Evaluation texts that are longer and lose their end.</summary>
    public int CutEval { get; init; }
}
