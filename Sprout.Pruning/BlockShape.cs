// The part of a matrix that shares one score.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>The part of a weight matrix that shares one score and is kept or pruned as a whole.</summary>
/// <param name="Rows">Rows of the matrix (outputs), at least 1.</param>
/// <param name="Columns">Columns of the matrix (inputs), at least 1.</param>
[JsonConverter(typeof(BlockShapeConverter))]
public readonly record struct BlockShape(int Rows, int Columns)
{
    /// <summary>One score an entry.</summary>
    public static BlockShape Entry => new(1, 1);

    /// <summary>Entries of a block.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>Reads "32x32".</summary>
    /// <exception cref="OptionException">The text is not two positive integers with an x between.</exception>
    public static BlockShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('x', 'X');
        if (parts.Length == 2 && Extent(parts[0], out int rows) && Extent(parts[1], out int columns)) return new BlockShape(rows, columns);
        throw OptionException.Expected("Block", "rows x columns such as 32x32", $"\"{text}\"");
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows}x{Columns}");

    private static bool Extent(string text, out int extent) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out extent) && extent > 0;
}

/// <summary>A block's shape in JSON: the text that <see cref="BlockShape.Parse"/> reads.</summary>
public sealed class BlockShapeConverter : JsonConverter<BlockShape>
{
    /// <inheritdoc/>
    public override BlockShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => BlockShape.Parse(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, BlockShape value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
