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

/// <summary>Questions about contexts, and the windows that they are cut into.</summary>
/// <param name="Questions">How many questions.</param>
/// <param name="Unanswered">Questions without an answer in their file.</param>
/// <param name="Windows">Windows of all questions.</param>
/// <param name="WindowsWithAnswer">Windows that hold an answer whole.</param>
/// <param name="Cut">Questions whose context is longer than a window and is cut into several.</param>
public sealed record QuestionSummary(int Questions, int Unanswered, int Windows, int WindowsWithAnswer, int Cut);

/// <summary>What is predicted of texts whose words are masked.</summary>
/// <param name="Share">Share of the words, or tokens, that are predicted.</param>
/// <param name="WholeWords">Whether the pieces of a word are chosen together.</param>
public sealed record MaskSummary(double Share, bool WholeWords);

/// <summary>What was understood of a task's data, for somebody to check before anything is trained.</summary>
/// <param name="TrainExamples">Training examples; 0 when nothing is trained.</param>
public sealed record DataSummary(int TrainExamples)
{
    private const int MostClasses = 12;

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

    /// <summary>Questions that are trained on and evaluated; null for other tasks.</summary>
    public (QuestionSummary Train, QuestionSummary Eval)? Questions { get; init; }

    /// <summary>What is masked; null for other tasks.</summary>
    public MaskSummary? Masks { get; init; }

    /// <summary>Longest sequence in tokens; 0 when unknown.</summary>
    public int MaxLength { get; init; }

    /// <summary>Training texts that are longer and lose their end.</summary>
    public int CutTrain { get; init; }

    /// <summary>Evaluation texts that are longer and lose their end.</summary>
    public int CutEval { get; init; }

    /// <summary>The same in sentences.</summary>
    /// <param name="task">What the task is called.</param>
    public IEnumerable<string> Describe(string? task)
    {
        yield return Columns is null ? $"Task {task}." : $"Task {task}: {Columns.File}, text \"{Columns.Text}\""
            + (Columns.Pair is null ? ", no pair" : $", pair \"{Columns.Pair}\"") + (Columns.Label is null ? ", no label." : $", label \"{Columns.Label}\".");
        if (Questions is (QuestionSummary train, QuestionSummary eval))
        {
            if (train.Questions > 0) yield return Describe("training", train);
            if (eval.Questions > 0) yield return Describe("evaluation", eval);
        }
        else
        {
            yield return Lengths(Masks is null ? "examples" : "texts");
        }

        if (TrainExamples > 0 && EvalExamples == 0) yield return "Nothing is evaluated.";
        if (Masks is not null)
            yield return FormattableString.Invariant($"{100 * Masks.Share:0.##} % of the ")
                + (Masks.WholeWords ? "words are predicted, all pieces of a word together." : "tokens are predicted.");
        if (Classes.Count > 0)
        {
            IEnumerable<string> counts = Classes.Take(MostClasses).Select(item =>
                $"{item.Label} {(TrainExamples > 0 ? $"{item.Train} + {item.Eval}" : $"{item.Eval}")}");
            string more = Classes.Count > MostClasses ? $" and {Classes.Count - MostClasses} more" : "";
            string kind = IsMultiLabel ? $"Any number of {Classes.Count} labels a text" : $"Classification, {Classes.Count} classes";
            yield return $"{kind}: {string.Join(", ", counts)}{more}.";
        }

        string[] unseen = TrainExamples > 0 ? [.. Classes.Where(item => item.Train == 0).Select(item => item.Label)] : [];
        if (unseen.Length > 0)
        {
            string more = unseen.Length > MostClasses ? $" and {unseen.Length - MostClasses} more" : "";
            yield return $"No training example has the label {string.Join(" or ", unseen.Take(MostClasses).Select(label => $"\"{label}\""))}{more}, "
                + "so it is not learned; a file that is sorted by label has such a beginning.";
        }

        foreach (IGrouping<string, string> same in Classes.Select(item => item.Label).GroupBy(Plain, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Count() > 1)
                yield return $"Labels that differ only in case or blanks are classes of their own: {string.Join(", ", same.Select(label => $"\"{label}\""))}.";
        }

        if (Range is (float low, float high)) yield return FormattableString.Invariant($"Regression of numbers from {low} to {high}.");
    }

    private static string Plain(string label) => string.Join(' ', label.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private string Describe(string kind, QuestionSummary questions)
    {
        string open = questions.Unanswered > 0 ? $" ({questions.Unanswered} without an answer)" : "";
        string cut = questions.Cut == 0 ? "no context is cut" : $"the contexts of {questions.Cut} are longer and are cut";
        return $"{questions.Questions} {kind} questions{open} in {questions.Windows} windows of at most {MaxLength} tokens, "
            + $"{questions.WindowsWithAnswer} of which hold the answer; {cut}.";
    }

    private string Lengths(string what)
    {
        string count = (TrainExamples, EvalExamples) switch
        {
            (_, 0) => $"{TrainExamples} training {what}",
            (0, _) => $"{EvalExamples} {what}",
            _ => $"{TrainExamples} training and {EvalExamples} evaluation {what}",
        };
        if (MaxLength == 0) return count + ".";
        string cut = (CutTrain + CutEval, TrainExamples, EvalExamples) switch
        {
            (0, _, _) => "none is cut",
            (_, > 0, > 0) => $"{CutTrain} and {CutEval} texts are longer and are cut",
            _ => $"{CutTrain + CutEval} texts are longer and are cut",
        };
        return $"{count} of at most {MaxLength} tokens; {cut}.";
    }
}
