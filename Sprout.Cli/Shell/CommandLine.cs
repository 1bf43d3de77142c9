// Command lines that are shown to be typed.
using System.Text.RegularExpressions;

namespace Sprout.Cli.Shell;

/// <summary>Writes arguments as somebody would type them.</summary>
internal static partial class CommandLine
{
    private const string Resume = "--resume";

    private static readonly string[] Replaced = [Resume, "--overwrite", "--overwrite_output_dir"];

    /// <summary>The command that continues a run: the same options as given, and <c>--resume</c>.</summary>
    /// <param name="arguments">What the run was started with, the command first.</param>
    public static string ToResume(IReadOnlyList<string> arguments)
    {
        var kept = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!Replaced.Contains(arguments[i].Split('=', ':')[0])) kept.Add(arguments[i]);
            else if (i + 1 < arguments.Count && bool.TryParse(arguments[i + 1], out _)) i++;
        }

        return string.Join(' ', ["sprout", .. kept.Select(Quote), Resume]);
    }

    /// <summary>An argument as a shell takes it: as it is, or in quotes.</summary>
    public static string Quote(string argument) => Plain().IsMatch(argument) ? argument
        : OperatingSystem.IsWindows() ? $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[\w./:=,+@%-]+\z")]
    private static partial Regex Plain();
}
