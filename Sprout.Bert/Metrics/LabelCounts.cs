// How well sets of labels are found.
namespace Sprout.Bert.Metrics;

/// <summary>
/// How often each label was predicted, present, and both, where an example has any number of labels; F1 over all labels as scikit-learn has it with
/// <c>zero_division=0</c>.
/// </summary>
public sealed class LabelCounts : ClassReport
{
    private readonly int[] support, predicted, found;
    private readonly int examples, exact;

    /// <summary>Counts predictions.</summary>
    /// <param name="labelNames">Label names by class id.</param>
    /// <param name="predictions">Predicted class ids of every example, each at most once.</param>
    /// <param name="labels">True class ids of every example, each at most once.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an id has no name.</exception>
    public LabelCounts(IReadOnlyList<string> labelNames, IReadOnlyList<IReadOnlyList<int>> predictions, IReadOnlyList<IReadOnlyList<int>> labels)
        : base(labelNames)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(labels);
        Lengths.ThrowIfDifferent(predictions.Count, labels.Count);
        (support, predicted, found) = (new int[Classes], new int[Classes], new int[Classes]);
        examples = labels.Count;
        for (int i = 0; i < examples; i++)
        {
            foreach (int id in labels[i].Concat(predictions[i]))
                if ((uint)id >= (uint)Classes) throw new ArgumentException($"Expected class ids from 0 to {Classes - 1}, found {id}.");
            foreach (int id in labels[i]) support[id]++;
            foreach (int id in predictions[i]) predicted[id]++;
            int[] both = [.. labels[i].Intersect(predictions[i])];
            foreach (int id in both) found[id]++;
            if (both.Length == labels[i].Count && both.Length == predictions[i].Count) exact++;
        }
    }

    /// <summary>Share of the examples whose labels are all found and no others; 0 of none.</summary>
    public double SubsetAccuracy => Share(exact, examples);

    /// <summary>F1 of all answers together; 0 when nothing is predicted and nothing present.</summary>
    public double MicroF1 => Share(2L * found.Sum(), (long)predicted.Sum() + support.Sum());

    /// <summary>Mean of the labels' F1.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Select(F1).DefaultIfEmpty().Average();

    /// <inheritdoc/>
    public override int Support(int label) => support[label];

    /// <inheritdoc/>
    public override int Predicted(int label) => predicted[label];

    /// <inheritdoc/>
    public override int Found(int label) => found[label];
}
