// How well each class is found.
namespace Sprout.Bert.Metrics;

/// <summary>
/// Precision, recall and F1 of every class, as scikit-learn's <c>precision_recall_fscore_support</c> has them with <c>zero_division=0</c>.
/// </summary>
public abstract class ClassReport
{
    private protected ClassReport(IReadOnlyList<string> labelNames)
    {
        ArgumentNullException.ThrowIfNull(labelNames);
        LabelNames = labelNames;
    }

    /// <summary>Label names by class id.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>The number of classes.</summary>
    public int Classes => LabelNames.Count;

    /// <summary>Examples of a class.</summary>
    public abstract int Support(int label);

    /// <summary>Examples that were predicted to be of a class.</summary>
    public abstract int Predicted(int label);

    /// <summary>Examples of a class that were predicted to be of it.</summary>
    public abstract int Found(int label);

    /// <summary>Share of a class's predictions that are right; 0 without predictions.</summary>
    public double Precision(int label) => Share(Found(label), Predicted(label));

    /// <summary>Share of a class's examples that were found; 0 without examples.</summary>
    public double Recall(int label) => Share(Found(label), Support(label));

    /// <summary>2·TP / (2·TP + FP + FN) of a class; 0 when it is neither predicted nor present.</summary>
    public double F1(int label) => Share(2L * Found(label), (long)Predicted(label) + Support(label));

    private protected static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
