// Training examples that are kept for evaluation.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Bert.Data;

/// <summary>Holds training examples out for evaluation.</summary>
public static class Holdout
{
    /// <summary>
    /// Draws a share of the examples without replacement: stratified, every class giving its share, rounded by the largest remainders so that
    /// ⌊share · n + ½⌋ are drawn in all, at least one and not all; a regression is one class. Both parts keep the order of the examples.
    /// </summary>
    /// <param name="examples">At least two examples.</param>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="seed">Decides which ones; the same seed draws the same examples.</param>
    /// <exception cref="InputException">There are fewer than two examples.</exception>
    public static (IReadOnlyList<TextExample> Train, IReadOnlyList<TextExample> Held) Split(IReadOnlyList<TextExample> examples, double share, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count < 2) throw new InputException($"Expected two training examples or more to hold some out, found {examples.Count}.");
        List<int>[] classes = Classes(examples);
        int[] counts = Apportion(classes, share, Math.Clamp((int)Math.Floor((share * examples.Count) + 0.5), 1, examples.Count - 1));
        var held = new bool[examples.Count];
        for (int c = 0; c < classes.Length; c++)
        {
            int[] order = [.. classes[c]];
            new RandomStream(seed, RandomStreams.Of(RandomPurpose.Holdout, (ulong)c)).Shuffle(order);
            foreach (int i in order.AsSpan(0, counts[c])) held[i] = true;
        }

        return ([.. examples.Where((_, i) => !held[i])], [.. examples.Where((_, i) => held[i])]);
    }

    // The indices of every class, by class id; −1, of a regression, is one class.
    private static List<int>[] Classes(IReadOnlyList<TextExample> examples) =>
        [.. Enumerable.Range(0, examples.Count).GroupBy(i => examples[i].Label).OrderBy(group => group.Key).Select(group => group.ToList())];

    // Largest remainders; of equal ones the first class wins.
    private static int[] Apportion(List<int>[] classes, double share, int total)
    {
        int[] counts = [.. classes.Select(members => (int)Math.Floor(share * members.Count))];
        int[] byRemainder = [.. Enumerable.Range(0, classes.Length).OrderByDescending(c => (share * classes[c].Count) - counts[c])];
        for (int left = total - counts.Sum(), i = 0; left > 0; left--, i++) counts[byRemainder[i % byRemainder.Length]]++;
        return counts;
    }
}
