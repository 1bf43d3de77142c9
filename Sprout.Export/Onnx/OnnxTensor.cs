// A stored tensor of an ONNX model.
using System.Runtime.InteropServices;

namespace Sprout.Export.Onnx;

/// <summary>A stored tensor: TensorProto of onnx.proto with its data as raw bytes, little-endian.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Extents">Its extents; none for a scalar.</param>
/// <param name="Type">Its type of elements.</param>
/// <param name="Data">Its elements, row-major: an array of the type.</param>
internal sealed record OnnxTensor(string Name, long[] Extents, OnnxType Type, Array Data)
{
    /// <summary>Bytes of the data.</summary>
    public long DataLength => Data.LongLength * (Type switch { OnnxType.Float => sizeof(float), OnnxType.Int64 => sizeof(long), _ => sizeof(sbyte) });

    /// <summary>All of the message but the data itself.</summary>
    public byte[] Head() => ProtoWriting.Message(output =>
    {
        foreach (long extent in Extents) output.Integer(OnnxFields.Tensor.Dims, extent);
        output.Integer(OnnxFields.Tensor.DataType, (int)Type);
        output.Text(OnnxFields.Tensor.Name, Name);
        output.Length(OnnxFields.Tensor.RawData, DataLength);
    });

    /// <summary>Writes the data.</summary>
    public void WriteData(Stream stream) =>
        stream.Write(MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(Data), checked((int)DataLength)));
}

/// <summary>Types of elements, by their numbers in TensorProto.DataType.</summary>
internal enum OnnxType
{
    Float = 1,
    Int8 = 3,
    Int64 = 7,
}
