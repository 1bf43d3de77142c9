// Lines that a command reads.
using System.Text.Json;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Cli.Shell;

/// <summary>The lines of standard input or of a file, in strict UTF-8, as they come.</summary>
internal sealed class InputLines
{
    private readonly IEnumerable<(int Number, string Text)> lines;
    private bool toldOfBraces;

    private InputLines(string name, IEnumerable<(int, string)> lines) => (Name, this.lines) = (name, lines);

    /// <summary>Opens standard input; tests put something else here.</summary>
    public static Func<Stream> OpenConsole { get; set; } = Console.OpenStandardInput;

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The lines of standard input.</summary>
    public static InputLines OfConsole() => new("standard input", Utf8Lines.Read(OpenConsole(), "standard input"));

    /// <summary>The lines of a file.</summary>
    public static InputLines OfFile(string path) => new(path, Utf8Lines.Read(path));

    /// <summary>The lines with their numbers from 1, without line ends.</summary>
    /// <exception cref="InputException">The input cannot be read, a line is not UTF-8 or too long.</exception>
    public IEnumerable<(int Number, string Line)> Read(CancellationToken cancellation)
    {
        foreach ((int number, string line) in lines)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (number, line.EndsWith('\r') ? line[..^1] : line);
        }
    }

    /// <summary>
    /// The two texts of a line: text TAB text, or a JSON object with two keys; the second may be missing. A line that begins as an object and is none is a
    /// text.
    /// </summary>
    /// <param name="number">The line's number.</param>
    /// <param name="line">The line.</param>
    /// <param name="first">The key of the first text.</param>
    /// <param name="second">The key of the second.</param>
    /// <param name="log">Told of the first line that is a text although it begins as an object.</param>
    /// <exception cref="InputException">The line is JSON that has not got the first, or something other than a text.</exception>
    public (string First, string? Second) Parse(int number, string line, string first, string second, Action<string> log)
    {
        string where = $"{Name}: line {number}";
        using JsonDocument? json = line.StartsWith('{') ? Document(line) : null;
        if (json is null)
        {
            if (line.StartsWith('{') && !toldOfBraces) log($"{where} begins with a brace but is no JSON object: such lines are taken as texts.");
            toldOfBraces |= line.StartsWith('{');
            string[] parts = line.Split('\t', 2);
            return (parts[0], parts.Length > 1 ? parts[1] : null);
        }

        string text = Text(json.RootElement, first, where) ?? throw new InputException($"{where}: expected the key \"{first}\", found none.");
        return (text, Text(json.RootElement, second, where));
    }

    private static JsonDocument? Document(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Of a key that is there twice the last one counts.
    private static string? Text(JsonElement json, string key, string where)
    {
        if (!json.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new InputException($"{where}: expected a string in \"{key}\", found a JSON {value.ValueKind.ToString().ToLowerInvariant()}.");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{where}: expected Unicode text in \"{key}\", found half a surrogate pair.", e);
        }
    }
}
