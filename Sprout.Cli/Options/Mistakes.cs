// What was wrong with a command line.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Sprout.Cli.Options;

/// <summary>Describes what cannot be parsed, without names of types, and with what may have been meant.</summary>
internal static partial class Mistakes
{
    /// <summary>One sentence a mistake.</summary>
    public static IEnumerable<string> Describe(ParseResult result)
    {
        string[] unknown = [.. result.UnmatchedTokens];
        string[] options = [.. unknown.Where(token => token.StartsWith('-'))];
        foreach (ParseError error in result.Errors)
        {
            if (!unknown.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
                yield return NoBoolean().Replace(error.Message, "$2: expected true or false, found \"$1\".");
        }

        // The value of an unknown option is unknown too.
        foreach (string token in options.Length > 0 ? options : unknown) yield return Unknown(token, result.CommandResult.Command);
    }

    /// <summary>One sentence for each value that is empty, as a variable of a shell that nobody set leaves one.</summary>
    public static IEnumerable<string> Empty(ParseResult result)
    {
        foreach (SymbolResult part in result.CommandResult.Children)
        {
            (string name, string? value) = part switch
            {
                OptionResult option => (option.Option.Name, option.Option.HelpName),
                ArgumentResult argument => ($"<{argument.Argument.Name}>", "value"),
                _ => ("", null),
            };
            if (value is not null && part.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                yield return $"{name}: expected {(value.Contains('|', StringComparison.Ordinal) ? "a value" : $"a {value}")}, found an empty text.";
        }
    }

    private static string Unknown(string token, Command command)
    {
        string name = token.Split('=', 2)[0];
        if (HuggingFace.AdviceFor(name) is string advice) return $"There is no option {name}: {advice}.";
        if (!name.StartsWith('-'))
            return $"Unrecognized command or argument \"{name}\"{Nearest.Suggest(name, command.Subcommands.Select(other => other.Name))}.";
        return $"There is no option {name}{Nearest.Suggest(name, command.Options.Where(option => !option.Hidden).SelectMany(Names))}.";
    }

    private static IEnumerable<string> Names(Option option) => [option.Name, .. option.Aliases];

    [GeneratedRegex("^Cannot parse argument '(.*)' for option '(.*)' as expected type '.*$")]
    private static partial Regex NoBoolean();
}
