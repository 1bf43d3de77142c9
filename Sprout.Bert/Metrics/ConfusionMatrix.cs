// Which classes were taken for which.
namespace Sprout.Bert.Metrics;

/// <summary>
/// How often each true class was predicted as each class, as scikit-learn's <c>confusion_matrix</c> has it, where an example has one class.
/// </summary>
public sealed class ConfusionMatrix : ClassReport
{
    private readonly int[] counts;

    /// <summary>Counts predictions.</summary>
    /// <param name="labelNames">Label names by class id.</param>
    /// <param name="predictions">Predicted class ids.</param>
    /// <param name="labels">True class ids, as many.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an id has no name.</exception>
    public ConfusionMatrix(IReadOnlyList<string> labelNames, ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
        : base(labelNames)
    {
        Lengths.ThrowIfDifferent(predictions.Length, labels.Length);
        counts = new int[Classes * Classes];
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes || (uint)predictions[i] >= (uint)Classes)
                throw new ArgumentException($"Expected class ids from 0 to {Classes - 1}, found {labels[i]} and {predictions[i]}.");
            counts[(labels[i] * Classes) + predictions[i]]++;
        }
    }

    /// <summary>Examples of a true class that were predicted as a class.</summary>
    public int Count(int label, int prediction) => counts[(label * Classes) + prediction];

    /// <inheritdoc/>
    public override int Support(int label) => Enumerable.Range(0, Classes).Sum(prediction => Count(label, prediction));

    /// <inheritdoc/>
    public override int Predicted(int label) => Enumerable.Range(0, Classes).Sum(other => Count(other, label));

    /// <inheritdoc/>
    public override int Found(int label) => Count(label, label);
}
