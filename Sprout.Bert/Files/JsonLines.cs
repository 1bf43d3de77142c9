// Reader of JSON Lines files and of files that are one JSON array.
using System.Text.Json;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Files;

/// <summary>Reads files of JSON objects: one object a line, or one array of objects over the whole file.</summary>
public static class JsonLines
{
    /// <summary>
    /// The objects in file order. A file whose first character other than white space is <c>[</c> is read as an array (the bytes of the whole file
    /// are held in memory), any other line by line.
    /// </summary>
    /// <exception cref="InputException">
    /// No such file, not UTF-8, JSON that is broken or cut short, a value that is not an object, or an empty line between objects;
    /// file and line are named.
    /// </exception>
    public static IEnumerable<JsonRow> Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        ReadOnlyMemory<byte> begun = Beginning(stream, path, out bool isArray);
        foreach (JsonRow row in isArray ? ReadArray(stream, path, begun) : ReadLines(stream, path, begun)) yield return row;
    }

    // A pipe cannot be read twice, so what was looked at is handed on.
    private static ReadOnlyMemory<byte> Beginning(FileStream stream, string path, out bool isArray)
    {
        byte[] buffer = new byte[1 << 16];
        int length = 0;
        for (int read; length < buffer.Length && (read = InputFile.Read(stream, buffer.AsSpan(length), path)) > 0;)
        {
            length += read;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
            if (text.StartsWith(FileBytes.ByteOrderMark)) text = text[FileBytes.ByteOrderMark.Length..];
            text = text.TrimStart(" \t\r\n"u8);
            if (text.IsEmpty) continue;
            isArray = text[0] == '[';
            return buffer.AsMemory(0, length);
        }

        isArray = false;
        return buffer.AsMemory(0, length);
    }

    private static IEnumerable<JsonRow> ReadLines(FileStream stream, string path, ReadOnlyMemory<byte> begun)
    {
        int blank = 0;
        foreach ((int number, string line) in Utf8Lines.Read(stream, path, begun))
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

    private static IEnumerable<JsonRow> ReadArray(FileStream stream, string path, ReadOnlyMemory<byte> begun)
    {
        var items = new ArrayItems(InputFile.ReadUtf8(stream, path, begun.Span), path);
        while (items.Next() is JsonRow row) yield return row;
    }

    internal static InputException Broken(string path, int line, JsonException e) =>
        new($"{path}, line {line}: expected JSON, found a mistake at byte {e.BytePositionInLine ?? 0} of the line "
            + "(broken, or the file is cut short).", e);

    private static JsonRow Row(string path, int line, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw InputFile.Bad(path, line, "a JSON object", $"a JSON {Kind(value)}");
        try
        {
            // Keys are decoded only when asked for.
            foreach (JsonProperty property in value.EnumerateObject()) _ = property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}, line {line}: expected Unicode text in a key, found half a surrogate pair.", e);
        }

        return new JsonRow(line, value);
    }

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    // One object after the other, so that only the bytes of all are held.
    private sealed class ArrayItems(ReadOnlyMemory<byte> bytes, string path)
    {
        private JsonReaderState state;
        private int read, line = 1, counted;
        private bool begun;

        public JsonRow? Next()
        {
            var reader = new Utf8JsonReader(bytes.Span[read..], isFinalBlock: true, state);
            try
            {
                if (!begun) reader.Read();
                begun = true;
                reader.Read();
                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    // Another read is what notices anything after the closing bracket.
                    reader.Read();
                    return null;
                }

                int start = read + (int)reader.TokenStartIndex;
                line += bytes.Span[counted..start].Count((byte)'\n');
                counted = start;
                JsonRow row = Row(path, line, JsonElement.ParseValue(ref reader));
                read += (int)reader.BytesConsumed;
                state = reader.CurrentState;
                return row;
            }
            catch (JsonException e)
            {
                throw Broken(path, (int)(e.LineNumber ?? 0) + 1, e);
            }
        }
    }
}
