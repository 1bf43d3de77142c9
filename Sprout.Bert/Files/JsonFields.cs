// Reads fields of a JSON file; whatever is missing or of another kind becomes one sentence.
using System.Text.Json;
using Sprout.Tensors;

namespace Sprout.Bert.Files;

/// <summary>A JSON object, the file it came from and its path in it, for messages.</summary>
internal readonly struct JsonFields
{
    private readonly string file;
    // In two parts, because a vocabulary has as many fields as tokens, and few are asked for their path.
    private readonly string parent;
    private readonly string name;
    private readonly JsonElement element;

    private JsonFields(string file, string parent, string name, JsonElement element) =>
        (this.file, this.parent, this.name, this.element) = (file, parent, name, element);

    /// <summary>No value at all: every field of it is missing.</summary>
    internal static JsonFields None { get; } = new("", "", "", default);

    /// <summary>Reads a whole file, which must hold one JSON object.</summary>
    /// <param name="file">The file.</param>
    /// <param name="most">Bytes that it may have; null: as many as a small file.</param>
    /// <exception cref="InputException">The file cannot be read or is not a JSON object.</exception>
    internal static JsonFields ReadFile(string file, int? most = null) =>
        Parse(most is int bytes ? InputFile.ReadSmall(file, bytes) : InputFile.ReadSmall(file), file);

    /// <summary>Reads the bytes of a file, which are UTF-8 and must be one JSON object.</summary>
    /// <exception cref="InputException">They are not.</exception>
    internal static JsonFields Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            JsonFile.CheckText(json.Span);
            return new JsonFields(file, "", "", JsonDocument.Parse(json).RootElement).AsObject();
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: expected JSON, found an error at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{file}: expected valid Unicode text: {e.Message}", e);
        }
    }

    /// <summary>The members of the object in file order, repeated names included.</summary>
    /// <exception cref="InputException">A name is not valid Unicode.</exception>
    internal IEnumerable<(string Name, JsonFields Value)> Members()
    {
        string path = Path;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string member;
            try
            {
                member = property.Name;
            }
            catch (InvalidOperationException)
            {
                throw Wrong("names in valid Unicode", "one that is not");
            }

            yield return (member, new JsonFields(file, path, member, property.Value));
        }
    }

    /// <summary>The items of an array field; none when it is missing or null.</summary>
    internal IEnumerable<JsonFields> Items(string key)
    {
        JsonFields field = Optional(key);
        if (field.IsNull) yield break;
        if (field.element.ValueKind != JsonValueKind.Array) throw field.Wrong("an array");
        int index = 0;
        foreach (JsonElement item in field.element.EnumerateArray())
            yield return new JsonFields(file, "", $"{field.Path}[{index++}]", item);
    }

    /// <summary>Whether the value is missing or null.</summary>
    internal bool IsNull => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>Whether the value is text.</summary>
    internal bool IsString => element.ValueKind == JsonValueKind.String;

    /// <summary>A field that may be missing or null.</summary>
    internal JsonFields Optional(string key)
    {
        JsonElement value = default;
        if (element.ValueKind == JsonValueKind.Object) element.TryGetProperty(key, out value);
        return new JsonFields(file, Path, key, value);
    }

    /// <summary>A field that is an object.</summary>
    internal JsonFields Object(string key) => Optional(key).AsObject();

    /// <summary>A field that is text.</summary>
    internal string Text(string key) => Optional(key).AsText();

    /// <summary>A field that is true or false.</summary>
    internal bool Flag(string key) => Optional(key).AsFlag();

    /// <summary>A field that is an integer from 0.</summary>
    internal int Count(string key) => Optional(key).AsCount();

    /// <summary>The value as an object.</summary>
    internal JsonFields AsObject() => element.ValueKind == JsonValueKind.Object ? this : throw Wrong("an object");

    /// <summary>The value as text.</summary>
    internal string AsText()
    {
        if (!IsString) throw Wrong("a string");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("valid Unicode", "a string that is not");
        }
    }

    /// <summary>The value as true or false.</summary>
    internal bool AsFlag() =>
        element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Wrong("true or false");

    /// <summary>The value as an integer from 0.</summary>
    internal long AsLong() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) && value >= 0 ? value : throw Wrong("an integer from 0");

    /// <summary>The value as an integer from 0 that fits 31 bits.</summary>
    internal int AsCount() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= 0 ? value : throw Wrong("an integer from 0 to 2147483647");

    /// <summary>The value as a finite number.</summary>
    internal double AsNumber() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Wrong("a number");

    /// <summary>The value as an integer from 0 that fits 31 bits; null when it is anything else.</summary>
    internal int? CountOrNone() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= 0 ? value : null;

    /// <summary>The error that this value is not what was expected.</summary>
    internal InputException Wrong(string expected, string? found = null) =>
        new($"{file}: {(Path.Length == 0 ? "the file" : Path)}: expected {expected}, found {found ?? Describe()}.");

    private string Path => parent.Length == 0 ? name : $"{parent}.{name}";

    private string Describe()
    {
        if (element.ValueKind == JsonValueKind.Undefined) return "nothing";
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return element.ValueKind == JsonValueKind.Object ? "an object" : "an array";
        string raw = element.GetRawText();
        return raw.Length <= 60 ? raw : raw[..60] + "…";
    }
}
