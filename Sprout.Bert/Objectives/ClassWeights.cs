// How much the examples of each class count in the loss.
using System.Globalization;
using Sprout.Bert.Data;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>How much the examples of each class count in the loss.</summary>
public static class ClassWeights
{
    /// <summary>The word for weights that make all classes count alike.</summary>
    public const string Balanced = "balanced";

    /// <summary>The weights by class id.</summary>
    /// <param name="text">
    /// <see cref="Balanced"/>: n / (C · nᶜ) with n training examples, C classes and nᶜ examples of class c, as scikit-learn has it, so that their mean over the
    /// training examples is 1; 1 for a class without examples. Or every label with its weight: <c>negative=1,positive=2.5</c>; a name with a comma has none.
    /// </param>
    /// <param name="labels">Label names by class id.</param>
    /// <param name="train">Training examples.</param>
    /// <exception cref="ArgumentException">An example has no class.</exception>
    /// <exception cref="OptionException">Not one weight of 0 or more for every label.</exception>
    public static IReadOnlyList<double> Of(string text, IReadOnlyList<string> labels, IReadOnlyList<TextExample> train)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(train);
        if (text == Balanced)
        {
            var counts = new int[labels.Count];
            foreach (TextExample example in train)
            {
                if ((uint)example.Label >= (uint)counts.Length)
                    throw new ArgumentException($"Expected class ids from 0 to {counts.Length - 1}, found {example.Label}.", nameof(train));
                counts[example.Label]++;
            }

            return [.. counts.Select(count => count == 0 ? 1.0 : train.Count / ((double)labels.Count * count))];
        }

        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            int equals = part.LastIndexOf('=');
            string label = equals < 0 ? part.Trim() : part[..equals].Trim();
            bool isNumber = double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight);
            if (equals < 0 || !isNumber || !double.IsFinite(weight) || weight < 0 || !weights.TryAdd(label, weight))
                throw Bad($"every label once with a weight of 0 or more, as in \"{labels[0]}=1\"", InputFile.Quote(part));
        }

        if (!weights.Keys.ToHashSet().SetEquals(labels)) throw Bad($"a weight for each of {InputFile.QuoteAll(labels)}", InputFile.QuoteAll(weights.Keys));
        double[] all = [.. labels.Select(label => weights[label])];
        return all.Any(weight => weight > 0) ? all : throw Bad("a weight above 0", InputFile.Quote(text));
    }

    private static OptionException Bad(string expected, string found) => OptionException.Expected(nameof(ClassWeights), $"{Balanced}, or {expected}", found);
}
