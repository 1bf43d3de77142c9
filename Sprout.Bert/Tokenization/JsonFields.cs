// Reads fields of a JSON file; whatever is missing or of another kind becomes one sentence.
using System.Text.Json;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>A JSON object, the file it came from and its path in it, for messages.</summary>
internal readonly struct JsonFields
{
    private readonly string _file;
    private readonly string _path;
    private readonly JsonElement _element;

    private JsonFields(string file, string path, JsonElement element)
    {
        _file = file;
        _path = path;
        _element = element;
    }

    /// <summary>Reads a whole file, which must hold one JSON object.</summary>
    /// <exception cref="InputException">The file cannot be read or is not a JSON object.</exception>
    internal static JsonFields ReadFile(string file)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(file);
            ReadOnlyMemory<byte> json = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            return new JsonFields(file, "", JsonDocument.Parse(json).RootElement).AsObject();
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: expected JSON, found an error at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The members of the object in file order, repeated names included.</summary>
    /// <exception cref="InputException">A name is not valid Unicode.</exception>
    internal IEnumerable<(string Name, JsonFields Value)> Members()
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                throw Wrong("names in valid Unicode", "one that is not");
            }

            yield return (name, new JsonFields(_file, PathOf(name), property.Value));
        }
    }

    /// <summary>The items of an array field; none when it is missing or null.</summary>
    internal IEnumerable<JsonFields> Items(string name)
    {
        JsonFields field = Optional(name);
        if (field.IsNull) yield break;
        if (field._element.ValueKind != JsonValueKind.Array) throw field.Wrong("an array");
        int index = 0;
        foreach (JsonElement item in field._element.EnumerateArray())
            yield return new JsonFields(_file, $"{field._path}[{index++}]", item);
    }

    /// <summary>Whether the value is missing or null.</summary>
    internal bool IsNull => _element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>Whether the value is text.</summary>
    internal bool IsString => _element.ValueKind == JsonValueKind.String;

    /// <summary>A field that may be missing or null.</summary>
    internal JsonFields Optional(string name)
    {
        JsonElement value = default;
        if (_element.ValueKind == JsonValueKind.Object) _element.TryGetProperty(name, out value);
        return new JsonFields(_file, PathOf(name), value);
    }

    /// <summary>A field that is an object.</summary>
    internal JsonFields Object(string name) => Optional(name).AsObject();

    /// <summary>A field that is text.</summary>
    internal string Text(string name) => Optional(name).AsText();

    /// <summary>A field that is true or false.</summary>
    internal bool Flag(string name) => Optional(name).AsFlag();

    /// <summary>A field that is an integer from 0.</summary>
    internal int Count(string name) => Optional(name).AsCount();

    /// <summary>The value as text.</summary>
    internal string AsText()
    {
        if (!IsString) throw Wrong("a string");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("valid Unicode", "a string that is not");
        }
    }

    /// <summary>The value as true or false.</summary>
    internal bool AsFlag() =>
        _element.ValueKind is JsonValueKind.True or JsonValueKind.False ? _element.GetBoolean() : throw Wrong("true or false");

    /// <summary>The value as an integer from 0 that fits 31 bits.</summary>
    internal int AsCount() =>
        _element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out int value) && value >= 0 ? value : throw Wrong("an integer from 0 to 2147483647");

    /// <summary>The error that this value is not what was expected.</summary>
    internal InputException Wrong(string expected, string? found = null) =>
        new($"{_file}: {(_path.Length == 0 ? "the file" : _path)}: expected {expected}, found {found ?? Describe()}.");

    private JsonFields AsObject() => _element.ValueKind == JsonValueKind.Object ? this : throw Wrong("an object");

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string Describe()
    {
        if (_element.ValueKind == JsonValueKind.Undefined) return "nothing";
        if (_element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return _element.ValueKind == JsonValueKind.Object ? "an object" : "an array";
        string raw = _element.GetRawText();
        return raw.Length <= 60 ? raw : raw[..60] + "…";
    }
}
