// Which classes were taken for which.
namespace Sprout.Bert.Metrics;

/// <summary>
/// How often each true class was predicted as each class, and precision, recall and F1 of every class, as scikit-learn's <c>confusion_matrix</c> and
/// <c>precision_recall_fscore_support</c> have them with <c>zero_division=0</c>.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly int[] counts;

    /// <summary>Counts predictions.</summary>
    /// <param name="labelNames">Label names by class id.</param>
    /// <param name="predictions">Predicted class ids.</param>
    /// <param name="labels">True class ids, as many.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an id has no name.</exception>
    public ConfusionMatrix(IReadOnlyList<string> labelNames, ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        Lengths.ThrowIfDifferent(predictions.Length, labels.Length);
        LabelNames = labelNames;
        counts = new int[Classes * Classes];
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes || (uint)predictions[i] >= (uint)Classes)
                throw new ArgumentException($"Expected class ids from 0 to {Classes - 1}, found {labels[i]} and {predictions[i]}.");
            counts[(labels[i] * Classes) + predictions[i]]++;
        }
    }

    /// <summary>Label names by class id.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>The number of classes.</summary>
    public int Classes => LabelNames.Count;

    /// <summary>Examples of a true class that were predicted as a class.</summary>
    public int Count(int label, int prediction) => counts[(label * Classes) + prediction];

    /// <summary>Examples of a true class.</summary>
    public int Support(int label) => Enumerable.Range(0, Classes).Sum(prediction => Count(label, prediction));

    /// <summary>Examples that were predicted as a class.</summary>
    public int Predicted(int prediction) => Enumerable.Range(0, Classes).Sum(label => Count(label, prediction));

    /// <summary>Share of a class's predictions that are right; 0 without predictions.</summary>
    public double Precision(int label) => Share(Count(label, label), Predicted(label));

    /// <summary>Share of a class's examples that were found; 0 without examples.</summary>
    public double Recall(int label) => Share(Count(label, label), Support(label));

    /// <summary>2·TP / (2·TP + FP + FN) of a class; 0 when it is neither predicted nor present.</summary>
    public double F1(int label) => Share(2 * Count(label, label), Predicted(label) + Support(label));

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
