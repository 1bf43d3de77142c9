// A predicted class.
namespace Sprout.Bert.Prediction;

/// <summary>A predicted class.</summary>
/// <param name="ClassId">The class with the largest logit, the first of equal ones.</param>
/// <param name="Label">Its name.</param>
/// <param name="Probabilities">Softmax of the logits, one a class.</param>
/// <param name="Logits">What the model computed, one a class.</param>
public sealed record Classification(int ClassId, string Label, IReadOnlyList<double> Probabilities, IReadOnlyList<float> Logits)
{
    /// <summary>The class's probability.</summary>
    public double Probability => Probabilities[ClassId];
}
