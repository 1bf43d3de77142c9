// A stored tensor of an ONNX model.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Sprout.Export.Onnx;

/// <summary>A stored tensor: TensorProto of onnx.proto with its data as raw bytes, little-endian.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Extents">Its extents; none for a scalar.</param>
/// <param name="Type">Its type of elements.</param>
/// <param name="Data">Its elements, row-major: an array of the type.</param>
internal sealed record OnnxTensor(string Name, long[] Extents, OnnxType Type, Array Data)
{
    private const long MostWritten = 1 << 20;

    /// <summary>Bytes of the data.</summary>
    public long DataLength => Data.LongLength * (Type switch { OnnxType.Float => sizeof(float), OnnxType.Int64 => sizeof(long), _ => sizeof(sbyte) });

    /// <summary>All of the message but the data itself.</summary>
    public byte[] Head() => Head(output => output.Length(OnnxFields.Tensor.RawData, DataLength));

    /// <summary>The message of a tensor whose data are in another file.</summary>
    /// <param name="file">The file, beside the model.</param>
    /// <param name="offset">Where they begin there.</param>
    public byte[] Head(string file, long offset) => Head(output =>
    {
        (string Key, string Value)[] entries =
        [
            ("location", file), ("offset", offset.ToString(CultureInfo.InvariantCulture)), ("length", DataLength.ToString(CultureInfo.InvariantCulture)),
        ];
        foreach ((string key, string value) in entries)
        {
            output.Nested(OnnxFields.Tensor.ExternalData, ProtoWriting.Message(entry =>
            {
                entry.Text(OnnxFields.StringEntry.Key, key);
                entry.Text(OnnxFields.StringEntry.Value, value);
            }));
        }

        output.Integer(OnnxFields.Tensor.DataLocation, OnnxFields.Tensor.External);
    });

    /// <summary>Writes the data.</summary>
    public void WriteData(Stream stream)
    {
        // A span counts with an int, so large arrays go out in parts.
        ref byte first = ref MemoryMarshal.GetArrayDataReference(Data);
        for (long start = 0; start < DataLength; start += MostWritten)
            stream.Write(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, (nint)start), (int)Math.Min(MostWritten, DataLength - start)));
    }

    private byte[] Head(Action<CodedOutputStream> data) => ProtoWriting.Message(output =>
    {
        foreach (long extent in Extents) output.Integer(OnnxFields.Tensor.Dims, extent);
        output.Integer(OnnxFields.Tensor.DataType, (int)Type);
        output.Text(OnnxFields.Tensor.Name, Name);
        data(output);
    });
}

/// <summary>Types of elements, by their numbers in TensorProto.DataType.</summary>
internal enum OnnxType
{
    Float = 1,
    Int8 = 3,
    Int64 = 7,
}
