// JSON files read strictly and written in a stable order.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Files;

/// <summary>Reads and writes files that hold one JSON object, as the Hugging Face tools leave and expect them.</summary>
public static class JsonFile
{
    // Labels in other scripts stay readable; the files are never embedded in HTML.
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Reads a JSON object: UTF-8, no comments, every key once in its object.</summary>
    /// <exception cref="InputException">The file cannot be read or holds anything else; the message names the line, or the key that is there twice.</exception>
    public static JsonObject ReadObject(string path) => ParseObject(InputFile.ReadSmall(path).Span, path);

    /// <summary>Reads a JSON object from the bytes of a file, which are UTF-8.</summary>
    /// <exception cref="InputException">As <see cref="ReadObject"/>.</exception>
    internal static JsonObject ParseObject(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            CheckText(json);
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new InputException($"{path}: expected a JSON object, found another JSON value.");
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is long line ? $"line {line + 1}: " : "";
            throw new InputException($"{path}: {where}expected valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}: expected valid Unicode text: {e.Message}", e);
        }
    }

    /// <summary>Writes an object indented, its own keys in ordinal order (nested objects keep theirs), with a final line break, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteSorted(string path, JsonObject content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var sorted = new JsonObject(content
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        AtomicFile.WriteText(path, sorted.ToJsonString(Format) + "\n");
    }

    // A node decodes its strings only when asked, so bad ones would surface far from here. The bytes are UTF-8: only an escape can be half a character.
    internal static void CheckText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
            if (reader.ValueIsEscaped && reader.TokenType is (JsonTokenType.String or JsonTokenType.PropertyName)) reader.GetString();
    }
}
