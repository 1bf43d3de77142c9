// Exact match and F1 of SQuAD answers.
using System.Globalization;
using System.Text;

namespace Sprout.Bert.Metrics;

/// <summary>The measures of the official SQuAD v1.1 evaluation script.</summary>
public static class SquadMetrics
{
    /// <summary>
    /// Lower case, without ASCII punctuation, without the words "a", "an" and "the", words separated by one space. Lower case is that of
    /// single characters; Python's two context rules (final sigma, dotted capital I) are not followed.
    /// </summary>
    public static string Normalize(string answer)
    {
        var result = new StringBuilder(answer.Length);
        var word = new StringBuilder();
        bool space = false;

        void Append(ReadOnlySpan<char> text)
        {
            if (space && result.Length > 0) result.Append(' ');
            space = false;
            result.Append(text);
        }

        void EndWord()
        {
            string text = word.ToString();
            word.Clear();
            if (text is "a" or "an" or "the") space = true;
            else if (text.Length > 0) Append(text);
        }

        Span<char> units = stackalloc char[2];
        foreach (Rune rune in answer.EnumerateRunes())
        {
            Rune lower = Rune.ToLowerInvariant(rune);
            if (lower.IsAscii && (char.IsPunctuation((char)lower.Value) || char.IsSymbol((char)lower.Value))) continue;
            ReadOnlySpan<char> text = units[..lower.EncodeToUtf16(units)];
            if (IsWord(lower))
            {
                word.Append(text);
                continue;
            }

            EndWord();
            if (IsSpace(lower)) space = true;
            else Append(text);
        }

        EndWord();
        return result.ToString();
    }

    /// <summary>100 when the normalised answer equals a normalised reference, else 0.</summary>
    public static double ExactMatch(string prediction, IReadOnlyList<string> references)
    {
        string normal = Normalize(prediction);
        return references.Any(reference => Normalize(reference) == normal) ? 100 : 0;
    }

    /// <summary>
    /// F1 over the words of the normalised answer and the reference it fits best, in percent. Without a common word it is 0, so it is 0 for
    /// two empty answers as well.
    /// </summary>
    public static double F1(string prediction, IReadOnlyList<string> references)
    {
        string[] words = Words(prediction);
        double best = 0;
        foreach (string reference in references)
        {
            string[] expected = Words(reference);
            Dictionary<string, int> left = expected.CountBy(word => word).ToDictionary();
            int common = 0;
            foreach (string word in words)
            {
                if (left.GetValueOrDefault(word) == 0) continue;
                left[word]--;
                common++;
            }

            if (common > 0) best = Math.Max(best, 200.0 * common / (words.Length + expected.Length));
        }

        return best;
    }

    /// <summary><c>exact_match</c> and <c>f1</c>: means over the questions, in percent; 0 of no questions.</summary>
    /// <param name="predictions">One answer a question, in the same order.</param>
    /// <param name="references">The reference answers of each question.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static IReadOnlyDictionary<string, double> Score(IReadOnlyList<string> predictions, IReadOnlyList<IReadOnlyList<string>> references)
    {
        Lengths.ThrowIfDifferent(predictions.Count, references.Count);
        double exact = 0, f1 = 0;
        for (int i = 0; i < references.Count; i++)
        {
            exact += ExactMatch(predictions[i], references[i]);
            f1 += F1(predictions[i], references[i]);
        }

        int count = Math.Max(1, references.Count);
        return new Dictionary<string, double> { [MetricNames.ExactMatch] = exact / count, [MetricNames.F1] = f1 / count };
    }

    private static string[] Words(string answer) => Normalize(answer).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Python's \w: letters, numbers of any kind and the underscore (which is gone with the punctuation), but no combining marks.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.OtherLetter
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    // Python's str.split also cuts at the four ASCII separators.
    private static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value is >= 0x1C and <= 0x1F;
}
