// Words of options in JSON.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sprout.Bert.Files;

/// <summary>A value of an enumeration as options spell it: one word in lower case, with hyphens.</summary>
public sealed class KebabEnumConverter<TEnum> : JsonConverter<TEnum> where TEnum : struct, Enum
{
    private static readonly Dictionary<string, TEnum> Values = Enum.GetValues<TEnum>().ToDictionary(Word, StringComparer.Ordinal);

    /// <inheritdoc/>
    /// <exception cref="JsonException">Not one of the words.</exception>
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Values.TryGetValue(reader.GetString()!, out TEnum value) ? value
            : throw new JsonException($"Expected one of {string.Join(", ", Values.Keys)}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Word(value));
    }

    private static string Word(TEnum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
