// LABEL_0, LABEL_1, …
using System.Globalization;

namespace Sprout.Bert.Data;

/// <summary>The names that Hugging Face makes up for classes that nobody named.</summary>
internal static class MadeUpLabels
{
    private const string Prefix = "LABEL_";

    /// <summary>The name of a class: its id, written as a number, behind "LABEL_".</summary>
    public static string Of(string id) => Prefix + id;

    /// <summary>The names of so many classes.</summary>
    public static string[] Of(int count) => [.. Enumerable.Range(0, count).Select(id => Of(id.ToString(CultureInfo.InvariantCulture)))];

    /// <summary>Whether all names are made up, each in its place.</summary>
    public static bool Are(IReadOnlyList<string> names) => names.SequenceEqual(Of(names.Count));
}
