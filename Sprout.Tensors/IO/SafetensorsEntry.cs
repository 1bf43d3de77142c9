// What a safetensors header says about one tensor.
namespace Sprout.Tensors.IO;

/// <summary>One stored tensor: everything but its data.</summary>
/// <param name="Name">Key in the file, e.g. <c>bert.pooler.dense.weight</c>.</param>
/// <param name="Type">Element type as stored.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte of the data, counted from the start of the file.</param>
/// <param name="ByteLength">Bytes of data: the product of <paramref name="Shape"/> times the element size.</param>
/// <param name="FilePath">The file that holds the data: one shard of a sharded model.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Offset, long ByteLength, string FilePath)
    : WeightEntry(Name, Type, Shape, FilePath)
{
    /// <inheritdoc/>
    public override long Count => ByteLength / ElementSize(Type);

    /// <summary>Bytes of one element.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a member of <see cref="SafetensorsType"/>.</exception>
    public static int ElementSize(SafetensorsType type) => type switch
    {
        SafetensorsType.BOOL or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.F8_E5M2 or SafetensorsType.F8_E4M3 or SafetensorsType.F8_E8M0 => 1,
        SafetensorsType.I16 or SafetensorsType.U16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.U32 or SafetensorsType.F32 => 4,
        SafetensorsType.F64 or SafetensorsType.I64 or SafetensorsType.U64 or SafetensorsType.C64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a safetensors type"),
    };
}
