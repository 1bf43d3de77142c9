// From start and end logits to the text of an answer.
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>The search for the best answer over all windows of a question.</summary>
public sealed class SquadAnswers
{
    private readonly int nBest, maxAnswerLength;

    /// <summary>Options of the search.</summary>
    /// <param name="nBest">How many of the best starts, and of the best ends, of a window are combined.</param>
    /// <param name="maxAnswerLength">Longest answer, in tokens.</param>
    /// <exception cref="OptionException">One of them is not positive.</exception>
    public SquadAnswers(int nBest = 20, int maxAnswerLength = 30)
    {
        OptionException.Require(nBest >= 1, "NBest", "1 or more", nBest);
        OptionException.Require(maxAnswerLength >= 1, "MaxAnswerLength", "1 token or more", maxAnswerLength);
        (this.nBest, this.maxAnswerLength) = (nBest, maxAnswerLength);
    }

    /// <summary>
    /// The best answer: in each window the n best starts and the n best ends among its context tokens (the earlier of equal ones), of these
    /// the pair with the highest sum of logits whose end is not before its start and which is not too long. Among equal sums
    /// the first window wins, in it the earliest start, then the earliest end.
    /// </summary>
    /// <param name="context">The context of the question.</param>
    /// <param name="windows">All windows of the question, in order.</param>
    /// <param name="startLogits">One array a window, one value a token of it (more are ignored).</param>
    /// <param name="endLogits">The same for ends.</param>
    /// <exception cref="ArgumentException">There are fewer logits than windows or tokens.</exception>
    public SquadAnswer Best(string context, IReadOnlyList<SquadWindow> windows, IReadOnlyList<float[]> startLogits, IReadOnlyList<float[]> endLogits)
    {
        if (startLogits.Count != windows.Count || endLogits.Count != windows.Count)
            throw new ArgumentException($"There are logits of {startLogits.Count} and {endLogits.Count} windows for {windows.Count}.");
        int from = 0, to = 0;
        double? best = null;
        for (int w = 0; w < windows.Count; w++)
        {
            SquadWindow window = windows[w];
            if (Math.Min(startLogits[w].Length, endLogits[w].Length) < window.Sequence.Ids.Length)
                throw new ArgumentException(
                    $"Window {w} has {window.Sequence.Ids.Length} tokens, but logits of {startLogits[w].Length} and {endLogits[w].Length}.");
            ReadOnlySpan<float> starts = startLogits[w].AsSpan(window.ContextStart, window.Spans.Length);
            ReadOnlySpan<float> ends = endLogits[w].AsSpan(window.ContextStart, window.Spans.Length);
            int[] bestStarts = Top(starts), bestEnds = Top(ends);
            foreach (int start in bestStarts)
            {
                foreach (int end in bestEnds)
                {
                    if (end < start || end - start >= maxAnswerLength) continue;
                    double score = (double)starts[start] + ends[end];
                    if (score > (best ?? double.NegativeInfinity))
                        (best, from, to) = (score, window.Spans[start].Start, window.Spans[end].End);
                }
            }
        }

        return new SquadAnswer(new CodePoints(context).Slice(from, to).ToString(), from, to, best ?? 0);
    }

    /// <summary>Positions of the highest values, the lower position of equal ones, in order of position.</summary>
    private int[] Top(ReadOnlySpan<float> values)
    {
        float[] descending = new float[values.Length];
        int[] order = new int[values.Length];
        for (int i = 0; i < order.Length; i++) (descending[i], order[i]) = (-values[i], i);

        // Array.Sort is not stable: the position decides among equal values.
        Array.Sort(order, (a, b) => descending[a].CompareTo(descending[b]) is var sign and not 0 ? sign : a.CompareTo(b));
        int[] top = order[..Math.Min(nBest, order.Length)];
        Array.Sort(top);
        return top;
    }
}
