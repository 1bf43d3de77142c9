using System.Text.RegularExpressions;

namespace Sprout.Tests.Packages;

/// <summary>The code blocks of the README, each by the section that it stands in.</summary>
internal static partial class Readme
{
    /// <summary>The section of a block, its language ("" for a shell's lines), and its text.</summary>
    public static IReadOnlyList<(string Section, string Language, string Code)> Blocks { get; } = [.. Read()];

    /// <summary>The only block of a section.</summary>
    public static string BlockOf(string section) => Blocks.Single(block => block.Section == section).Code;

    private static IEnumerable<(string, string, string)> Read()
    {
        string text = File.ReadAllText(Repository.PathOf("README.md")).ReplaceLineEndings("\n");
        foreach (Match block in Block().Matches(text))
        {
            string section = Heading().Matches(text[..block.Index]).Last().Groups[1].Value;
            yield return (section, block.Groups[1].Value, block.Groups[2].Value);
        }
    }

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
