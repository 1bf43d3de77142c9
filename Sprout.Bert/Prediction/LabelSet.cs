// Predicted labels.
namespace Sprout.Bert.Prediction;

/// <summary>The labels of a text that may have any number of them.</summary>
/// <param name="ClassIds">The classes with a probability of one half or more, by class id.</param>
/// <param name="Labels">Their names.</param>
/// <param name="Probabilities">σ of the logits, one a class.</param>
/// <param name="Logits">What the model computed, one a class.</param>
public sealed record LabelSet(
    IReadOnlyList<int> ClassIds, IReadOnlyList<string> Labels, IReadOnlyList<double> Probabilities, IReadOnlyList<float> Logits);
