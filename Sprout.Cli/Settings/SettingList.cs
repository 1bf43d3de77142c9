// Options of a command and their values, for messages and for training_options.json.
using System.CommandLine;
using System.Text.Json.Nodes;

namespace Sprout.Cli.Settings;

/// <summary>A list of options that a command takes; knows every option's value after parsing.</summary>
public abstract class SettingList
{
    private readonly List<(string Name, Func<ParseResult, JsonNode?> Value)> values = [];
    private readonly Command command;

    /// <summary>Options for a command.</summary>
    protected SettingList(Command command) => this.command = command;

    /// <summary>Every option with its value, by its name without dashes.</summary>
    public void AddTo(JsonObject json, ParseResult result)
    {
        foreach ((string name, Func<ParseResult, JsonNode?> value) in values) json[name] = value(result);
    }

    /// <summary>Adds an option.</summary>
    /// <param name="name">Its canonical name with dashes.</param>
    /// <param name="description">One line of help.</param>
    /// <param name="fallback">The value when it is not given.</param>
    /// <param name="aliases">Hugging Face spellings.</param>
    protected Option<T> Add<T>(string name, string description, T fallback, params string[] aliases)
    {
        var option = new Option<T>(name, aliases) { Description = description, DefaultValueFactory = _ => fallback, HelpName = HelpName(typeof(T)) };
        return Add(option);
    }

    /// <summary>Adds an option without a default.</summary>
    protected Option<T?> AddOptional<T>(string name, string description, params string[] aliases)
    {
        var option = new Option<T?>(name, aliases) { Description = description, HelpName = HelpName(typeof(T)) };
        return Add(option);
    }

    /// <summary>Adds an option whose text is one of a few words.</summary>
    protected Option<string> AddChoice(string name, string description, string fallback, params string[] choices)
    {
        Option<string> option = Add(name, description, fallback);
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    /// <summary>Adds a switch that is on when it is named.</summary>
    protected Option<bool> AddSwitch(string name, string description) =>
        Add(new Option<bool>(name) { Description = description });

    private Option<T> Add<T>(Option<T> option)
    {
        command.Options.Add(option);
        values.Add((option.Name.TrimStart('-'), result => JsonValue.Create(result.GetValue(option))));
        return option;
    }

    private static string HelpName(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(bool) ? "true|false" : plain == typeof(double) ? "number" : plain == typeof(string) ? "value" : "n";
    }
}
