// Reader of JSON Lines files and of files that are one JSON array.
using System.Text.Json;
using Sprout.Tensors;

namespace Sprout.Bert.Files;

/// <summary>Reads files of JSON objects: one object a line, or one array of objects over the whole file.</summary>
public static class JsonLines
{
    /// <summary>
    /// The objects in file order. A file whose first character other than white space is <c>[</c> is read as an array (the whole file
    /// is held in memory), any other line by line.
    /// </summary>
    /// <exception cref="InputException">
    /// No such file, not UTF-8, JSON that is broken or cut short, a value that is not an object, or an empty line between objects;
    /// file and line are named.
    /// </exception>
    public static IEnumerable<JsonRow> Read(string path) => IsArray(path) ? ReadArray(path) : ReadLines(path);

    private static bool IsArray(string path)
    {
        foreach ((_, string line) in Utf8Lines.Read(path))
        {
            string text = line.TrimStart();
            if (text.Length > 0) return text[0] == '[';
        }

        return false;
    }

    private static IEnumerable<JsonRow> ReadLines(string path)
    {
        int blank = 0;
        foreach ((int number, string line) in Utf8Lines.Read(path))
        {
            if (Delimited.IsBlank(line, number, path, ref blank)) continue;
            JsonElement value;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                value = document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw Broken(path, number, e);
            }

            yield return Row(path, number, value);
        }
    }

    private static List<JsonRow> ReadArray(string path)
    {
        ReadOnlySpan<byte> bytes = InputFile.ReadUtf8(path).Span;
        var rows = new List<JsonRow>();
        var reader = new Utf8JsonReader(bytes);
        int line = 1, counted = 0;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                line += bytes[counted..start].Count((byte)'\n');
                counted = start;
                rows.Add(Row(path, line, JsonElement.ParseValue(ref reader)));
            }

            // A second read is what notices anything after the closing bracket.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw Broken(path, (int)(e.LineNumber ?? 0) + 1, e);
        }

        return rows;
    }

    internal static InputException Broken(string path, int line, JsonException e) =>
        new($"{path}, line {line}: expected JSON, found a mistake at byte {e.BytePositionInLine ?? 0} of the line "
            + "(broken, or the file is cut short).", e);

    private static JsonRow Row(string path, int line, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            ? new JsonRow(line, value)
            : throw InputFile.Bad(path, line, "a JSON object", $"a JSON {Kind(value)}");

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
