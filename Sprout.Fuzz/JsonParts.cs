// Where the parts of a JSON text lie.
using System.Text.Json;

namespace Sprout.Fuzz;

/// <summary>The ranges of all values and of all members (name and value); of a broken text those before the break.</summary>
internal sealed class JsonParts
{
    private static readonly JsonReaderOptions Lines = new() { AllowMultipleValues = true, MaxDepth = 1000 };

    private JsonParts() { }

    /// <summary>Values, objects and arrays too.</summary>
    public List<Range> Values { get; } = [];

    /// <summary>Members of objects.</summary>
    public List<Range> Members { get; } = [];

    /// <summary>Finds the parts of a text, or of JSON lines.</summary>
    public static JsonParts Of(ReadOnlySpan<byte> json)
    {
        var parts = new JsonParts();
        var reader = new Utf8JsonReader(json, Lines);
        var open = new Stack<(int Start, int Name)>();
        int name = -1;
        try
        {
            while (reader.Read())
            {
                int start = (int)reader.TokenStartIndex, end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((start, name));
                        name = -1;
                        continue;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        (start, name) = open.Pop();
                        break;
                }

                parts.Values.Add(start..end);
                if (name >= 0) parts.Members.Add(name..end);
                name = -1;
            }
        }
        catch (JsonException)
        {
            // What was found before is enough.
        }

        return parts;
    }
}
