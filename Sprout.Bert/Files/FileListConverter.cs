// File names in JSON: one or several.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sprout.Bert.Files;

/// <summary>A list of files: a string where there is one, an array where there are several, null where there is none.</summary>
public sealed class FileListConverter : JsonConverter<IReadOnlyList<string>>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return [];
        if (reader.TokenType == JsonTokenType.String) return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("expected a file name, or several");
        var files = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String) files.Add(reader.GetString()!);
        return reader.TokenType == JsonTokenType.EndArray ? files : throw new JsonException("expected file names");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value.Count == 0) writer.WriteNullValue();
        if (value.Count == 1) writer.WriteStringValue(value[0]);
        if (value.Count < 2) return;
        writer.WriteStartArray();
        foreach (string file in value) writer.WriteStringValue(file);
        writer.WriteEndArray();
    }
}
