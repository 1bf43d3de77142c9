// Lines that a command reads.
using System.Text;
using System.Text.Json;
using Sprout.Tensors;

namespace Sprout.Cli.Shell;

/// <summary>The lines of standard input or of a file, in strict UTF-8, as they come.</summary>
internal sealed class InputLines : IDisposable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TextReader reader;
    private bool toldOfBraces;

    private InputLines(string name, TextReader reader) => (Name, this.reader) = (name, reader);

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The lines of standard input.</summary>
    public static InputLines OfConsole() => new("standard input", Console.In);

    /// <summary>Makes standard input refuse what is not UTF-8, which .NET's own reader drops.</summary>
    public static void MakeConsoleStrict() => Console.SetIn(new StreamReader(Console.OpenStandardInput(), Strict));

    /// <summary>The lines of a file.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static InputLines OfFile(string path)
    {
        try
        {
            return new InputLines(path, new StreamReader(path, Strict));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}: {e.Message}", e);
        }
    }

    /// <summary>The lines with their numbers from 1.</summary>
    /// <exception cref="InputException">A line is not UTF-8.</exception>
    public IEnumerable<(int Number, string Line)> Read(CancellationToken cancellation)
    {
        int number = 0;
        while (Next(number + 1) is string line)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (++number, line);
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

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

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

    private string? Next(int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"{Name}: near line {number}: expected UTF-8 text, found bytes that are not.", e);
        }
    }
}
