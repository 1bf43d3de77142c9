// "Did you mean".
namespace Sprout.Cli.Options;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>"; did you mean X?" with the word that is nearest, or nothing when none is near.</summary>
    public static string Suggest(string text, IEnumerable<string> words)
    {
        (string Word, int Distance) best = words.Select(word => (word, Distance(Plain(text), Plain(word)))).DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        return best.Distance <= Math.Max(1, best.Word.Length / 4) ? $"; did you mean {best.Word}" : "";
    }

    private static string Plain(string text) => text.TrimStart('-').Replace('_', '-').ToLowerInvariant();

    // Levenshtein's distance.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j - 1], row[j]) + 1);
            }
        }

        return row[^1];
    }
}
