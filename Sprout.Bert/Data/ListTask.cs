// A task whose examples are in memory.
namespace Sprout.Bert.Data;

/// <summary>Classification of, or regression over, examples that the program has already.</summary>
public sealed class ListTask : TextTask
{
    private readonly IReadOnlyList<TextExample> train, eval;

    /// <summary>A task over lists.</summary>
    /// <param name="labelNames">Label names by class id, at least two; none: a regression over <see cref="TextExample.Score"/>.</param>
    /// <param name="train">Training examples, at least one.</param>
    /// <param name="eval">Evaluation examples, at least one, all with a label.</param>
    /// <param name="name">The task's name.</param>
    /// <param name="isMultiLabel">Whether an example may have any number of the classes: <see cref="TextExample.Labels"/>.</param>
    public ListTask(
        IReadOnlyList<string> labelNames, IReadOnlyList<TextExample> train, IReadOnlyList<TextExample> eval, string name = "list",
        bool isMultiLabel = false)
        : base(name, labelNames, UsualMetrics(labelNames is { Count: 0 }, isMultiLabel), isMultiLabel: isMultiLabel)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(eval);
        if (train.Count == 0 || eval.Count == 0)
            throw new ArgumentException($"Task {name}: expected training and evaluation examples, found {train.Count} and {eval.Count}.");
        // Copies: the caller's lists may change while a run goes on.
        (this.train, this.eval) = ([.. train], [.. eval]);
        foreach (TextExample example in this.train.Concat(this.eval)) ArgumentNullException.ThrowIfNull(example);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TextExample> LoadTrain(DataFiles files, Action<string>? note = null) => train;

    /// <inheritdoc/>
    public override IReadOnlyList<EvalSet> LoadEval(DataFiles files, bool needLabels = true, Action<string>? note = null) =>
        [new EvalSet("", Name, eval, HasLabels: needLabels || eval.Any(HasLabel))];

    /// <inheritdoc/>
    /// <remarks>The class ids are the caller's own, so a model that knows other ids has to be given them in its order.</remarks>
    public override TextTask WithLabels(IReadOnlyDictionary<string, int> label2Id) => this;

    private bool HasLabel(TextExample example) =>
        IsRegression ? !float.IsNaN(example.Score) : IsMultiLabel ? example.Labels.Count > 0 : example.Label != -1;
}
