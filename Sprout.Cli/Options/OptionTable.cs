// Options of a command that are options of a recipe.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Pruning.Runs;

namespace Sprout.Cli.Options;

/// <summary>
/// Options of a command that are options of a <see cref="Recipe"/>, a line each: name, help, other spellings. Name, type and default are those of the recipe's
/// JSON, where an option's key is its name without dashes.
/// </summary>
internal sealed class OptionTable(Command command)
{
    private static readonly JsonObject Defaults = new Recipe().ToJson();

    private readonly List<(Option Option, Func<ParseResult, JsonNode?> Value)> options = [];

    /// <summary>Adds an option that takes a text.</summary>
    /// <param name="name">Its canonical name with dashes.</param>
    /// <param name="help">One line of help.</param>
    /// <param name="value">What the value is called in the help.</param>
    /// <param name="others">Other spellings: those of Hugging Face.</param>
    public void Text(string name, string help, string value, params string[] others) =>
        Add(new Option<string?>(name, others) { HelpName = value }, help, text => JsonValue.Create(text), node => node?.GetValue<string>());

    /// <summary>Adds an option that takes one of a few words.</summary>
    /// <param name="name">Its canonical name with dashes.</param>
    /// <param name="help">One line of help.</param>
    /// <param name="words">The words.</param>
    /// <param name="same">What others call some of the words, or null.</param>
    /// <param name="others">Other spellings: those of Hugging Face.</param>
    public void Choice(string name, string help, string[] words, IReadOnlyDictionary<string, string>? same = null, params string[] others) =>
        Add(
            new Option<string?>(name, others) { HelpName = string.Join('|', words), CustomParser = result => Values.Word(result, words, same) },
            help, text => JsonValue.Create(text), node => node?.GetValue<string>());

    /// <summary>Adds an option that takes a whole number.</summary>
    public void Whole(string name, string help, params string[] others) =>
        Add(
            new Option<int?>(name, others) { HelpName = "n", CustomParser = Values.Whole },
            help, number => JsonValue.Create(number), node => node?.GetValue<int>());

    /// <summary>Adds an option that takes a number.</summary>
    public void Number(string name, string help, params string[] others)
    {
        Add(new Option<double?>(name, others) { HelpName = "number", CustomParser = Values.Number }, help, ToJson, node => node?.GetValue<double>());

        // JSON has no number that is not finite.
        static JsonNode? ToJson(double? number) => number is double value && !double.IsFinite(value)
            ? JsonValue.Create(value.ToString(CultureInfo.InvariantCulture))
            : JsonValue.Create(number);
    }

    /// <summary>Adds the option of the seed.</summary>
    public void Seed(string name, string help) =>
        Add(new Option<ulong?>(name) { HelpName = "n", CustomParser = Values.Seed }, help, number => JsonValue.Create(number), node => node?.GetValue<ulong>());

    /// <summary>Adds an option that takes true or false.</summary>
    public void Flag(string name, string help, params string[] others) =>
        Add(
            new Option<bool?>(name, others) { HelpName = "true|false", CustomParser = Values.Flag },
            help, flag => JsonValue.Create(flag), node => node?.GetValue<bool>());

    /// <summary>Adds an option that takes files.</summary>
    public void Files(string name, string help, params string[] others)
    {
        var option = new Option<string[]?>(name, others) { Description = help, HelpName = "files", AllowMultipleArgumentsPerToken = true };
        command.Options.Add(option);
        options.Add((option, result => new JsonArray([.. (result.GetValue(option) ?? []).Select(file => (JsonNode?)file)])));
    }

    /// <summary>The options that were given, by key.</summary>
    public JsonObject Given(ParseResult result)
    {
        var given = new JsonObject();
        foreach ((Option option, Func<ParseResult, JsonNode?> value) in options)
            if (result.GetResult(option) is OptionResult { Implicit: false }) given[KeyOf(option)] = value(result);
        return given;
    }

    /// <summary>The recipe that the given options make.</summary>
    /// <param name="result">What was parsed.</param>
    /// <param name="basis">Options that count where none is given, such as those of a file; null: the defaults.</param>
    public Recipe Recipe(ParseResult result, JsonObject? basis = null)
    {
        JsonObject all = basis is null ? [] : (JsonObject)basis.DeepClone();
        JsonObject given = Given(result);
        // What wins over a given option must not come from the file.
        if (given.ContainsKey("epochs")) all.Remove("max-steps");
        if (given.ContainsKey("warmup-ratio")) all.Remove("warmup-steps");
        if (given.ContainsKey("warmup-steps")) all.Remove("warmup-ratio");
        foreach ((string key, JsonNode? value) in given) all[key] = value?.DeepClone();
        Recipe recipe = RecipeJson.Read(all, "command line");
        Effects.Check(recipe, given);
        return recipe;
    }

    private static string KeyOf(Option option) => option.Name.TrimStart('-');

    private void Add<T>(Option<T> option, string help, Func<T?, JsonNode?> toJson, Func<JsonNode?, T?> fromJson)
    {
        string key = KeyOf(option);
        option.Description = help;
        if (!Defaults.TryGetPropertyValue(key, out JsonNode? fallback)) throw new InvalidOperationException($"There is no option \"{key}\" of recipes.");
        if (fallback is not null) option.DefaultValueFactory = _ => fromJson(fallback)!;
        command.Options.Add(option);
        options.Add((option, result => toJson(result.GetValue(option))));
    }
}
