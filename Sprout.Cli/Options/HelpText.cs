// The help of the command.
using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Sprout.Cli.Options;

/// <summary>
/// Prints the help of a command: its options in groups with their values and defaults, and examples. <c>System.CommandLine</c>'s own knows neither groups nor
/// examples, and wraps in columns as wide as the longest list of values.
/// </summary>
/// <param name="width">The width in columns that no line exceeds.</param>
internal sealed class HelpText(int width) : SynchronousCommandLineAction
{
    private const int Margin = 2, Column = 28;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        Command command = parseResult.CommandResult.Command;
        // Wrapping drops the margin of a line, which only headings and sentences, without one, may lose.
        foreach (string line in Lines(command).SelectMany(line => line.Length > width ? Wrap(line, width) : [line]))
            parseResult.InvocationConfiguration.Output.WriteLine(line);
        return 0;
    }

    private IEnumerable<string> Lines(Command command)
    {
        bool isRoot = command is RootCommand;
        CommandHelp help = CommandHelp.All[isRoot ? "" : command.Name];
        yield return command.Description ?? "";
        yield return "";
        string arguments = string.Concat(command.Arguments.Select(argument => $" <{argument.Name}>"));
        yield return isRoot ? "Usage: sprout COMMAND [options]" : $"Usage: sprout {command.Name}{arguments} [options]";
        if (isRoot)
        {
            yield return "";
            yield return "Commands";
            int column = command.Subcommands.Max(item => item.Name.Length) + (2 * Margin);
            foreach (string line in command.Subcommands.SelectMany(item => Entry(item.Name, item.Description ?? "", column))) yield return line;
        }

        foreach (Argument argument in command.Arguments)
        {
            yield return "";
            foreach (string line in Entry($"<{argument.Name}>", $"{argument.Description} (required)", Column)) yield return line;
        }

        foreach ((string title, string[] names) in OptionGroups.All)
        {
            Option[] options = [.. names.Select(name => Find(command, name)).OfType<Option>()];
            if (options.Length == 0) continue;
            yield return "";
            yield return title;
            foreach (string line in options.SelectMany(option => Entry(Spelling(option), Describe(option, help), Column))) yield return line;
        }

        yield return "";
        yield return help.Examples.Length == 1 ? "Example" : "Examples";
        foreach (string line in help.Examples.SelectMany(Example)) yield return line;
    }

    // The options of the root, such as --help, are every command's; --version is the root's alone.
    private static Option? Find(Command command, string name) =>
        command.Options.FirstOrDefault(option => option.Name == name && !option.Hidden) ?? (name == "--help" ? new Option<bool>(name, "-h")
        {
            Description = "Show this help",
        } : null);

    private static string Spelling(Option option)
    {
        string? value = option.HelpName;
        if (value is not null && !value.Contains('|', StringComparison.Ordinal)) value = $"<{value}>";
        return value is null ? option.Name : $"{option.Name} {(value == "true|false" ? "[true|false]" : value)}";
    }

    private static string Describe(Option option, CommandHelp help)
    {
        string? required = help.Required.Where(item => item.Option == option.Name).Select(item => item.When).FirstOrDefault()
            ?? (option.Required ? "required" : null);
        object? fallback = option.HasDefaultValue && option.ValueType != typeof(bool) ? option.GetDefaultValue() : null;
        string text = fallback switch
        {
            null or Array => "",
            bool flag => flag ? "true" : "false",
            double number => number.ToString(CultureInfo.InvariantCulture).Replace('E', 'e'),
            _ => Convert.ToString(fallback, CultureInfo.InvariantCulture) ?? "",
        };
        // Hugging Face's spellings.
        string others = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith("--", StringComparison.Ordinal)));
        string[] notes = [required ?? "", text.Length > 0 ? $"default: {text}" : "", others.Length > 0 ? $"also {others}" : ""];
        string note = string.Join("; ", notes.Where(item => item.Length > 0));
        return note.Length > 0 ? $"{option.Description} ({note})" : option.Description ?? "";
    }

    // What does not fit its column has lines of its own.
    private IEnumerable<string> Entry(string left, string right, int column)
    {
        string margin = new(' ', Margin);
        // A narrow screen has no room for two columns.
        int start = width >= 2 * column ? column : 2 * Margin;
        string[] heads = [.. Wrap(left, width - Margin)], texts = [.. Wrap(right, width - start)];
        if (heads.Length == 1 && heads[0].Length + (2 * Margin) <= start && texts.Length > 0)
        {
            yield return (margin + heads[0]).PadRight(start) + texts[0];
            texts = texts[1..];
        }
        else
        {
            foreach (string head in heads) yield return margin + head;
        }

        foreach (string text in texts) yield return new string(' ', start) + text;
    }

    // A line that goes on ends as a shell wants it.
    private IEnumerable<string> Example(string command)
    {
        // An option stays with its value.
        string[] words = [.. command.Split(" --").Select((part, i) => i == 0 ? part : "--" + part)];
        string[] lines = [.. Wrap(words, width - (2 * Margin) - 2)];
        for (int i = 0; i < lines.Length; i++) yield return new string(' ', i == 0 ? Margin : 2 * Margin) + lines[i] + (i < lines.Length - 1 ? " \\" : "");
    }

    // Breaks at blanks, and words that are longer than a line after a bar.
    private static IEnumerable<string> Wrap(string text, int columns) => Wrap(text.Split(' '), columns);

    private static IEnumerable<string> Wrap(string[] words, int columns)
    {
        string line = "";
        foreach (string word in words)
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                yield return line;
                line = "";
            }

            line = line.Length > 0 ? $"{line} {word}" : word;
            while (line.Length > columns)
            {
                int end = line.LastIndexOf('|', columns - 1) is int bar and > 0 ? bar + 1 : columns;
                yield return line[..end];
                line = line[end..];
            }
        }

        if (line.Length > 0) yield return line;
    }
}
