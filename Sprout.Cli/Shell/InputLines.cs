// Lines that a command reads.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Cli.Shell;

/// <summary>The lines of standard input or of a file, in strict UTF-8, as they come.</summary>
internal sealed class InputLines : IDisposable
{
    private readonly TextReader reader;

    private InputLines(string name, TextReader reader) => (Name, this.reader) = (name, reader);

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The lines of standard input.</summary>
    public static InputLines OfConsole() => new("standard input", Console.In);

    /// <summary>The lines of a file.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static InputLines OfFile(string path)
    {
        try
        {
            return new InputLines(path, new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)));
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

    /// <summary>The two texts of a line: text TAB text, or a JSON object with two keys; the second may be missing.</summary>
    /// <exception cref="InputException">The line is JSON that has not got the first.</exception>
    public static (string First, string? Second) Parse(string line, string where, string first, string second)
    {
        if (!line.StartsWith('{'))
        {
            string[] parts = line.Split('\t', 2);
            return (parts[0], parts.Length > 1 ? parts[1] : null);
        }

        try
        {
            var json = (JsonObject)JsonNode.Parse(line)!;
            string text = json[first]?.GetValue<string>() ?? throw new InputException($"{where}: expected the key \"{first}\", found none.");
            return (text, json[second]?.GetValue<string>());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException)
        {
            throw new InputException($"{where}: expected a JSON object with the text \"{first}\", found {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

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
