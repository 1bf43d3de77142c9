// Weights of an ONNX model in a file of their own.
namespace Sprout.Export.Onnx;

/// <summary>
/// A file beside a model that is too large for one message of protocol buffers: the raw data of its tensors, each at a multiple of a memory page, where
/// runtimes can map it. Small tensors, such as shapes, stay with the model.
/// </summary>
internal sealed class OnnxDataFile
{
    private const int Alignment = 4096, LeastLength = 1024;

    private readonly string name;
    private readonly List<(OnnxTensor Tensor, long Offset)> tensors = [];
    private readonly Dictionary<OnnxTensor, long> offsets = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gives each large tensor its place.</summary>
    /// <param name="name">The file's name, beside the model.</param>
    /// <param name="all">The tensors of the model.</param>
    public OnnxDataFile(string name, IEnumerable<OnnxTensor> all)
    {
        this.name = name;
        long at = 0;
        foreach (OnnxTensor tensor in all.Where(tensor => tensor.DataLength >= LeastLength))
        {
            long offset = (at + Alignment - 1) / Alignment * Alignment;
            tensors.Add((tensor, offset));
            offsets[tensor] = offset;
            at = offset + tensor.DataLength;
        }
    }

    /// <summary>Whether the data of a tensor are here.</summary>
    public bool Holds(OnnxTensor tensor) => offsets.ContainsKey(tensor);

    /// <summary>What the model says of a tensor that is here.</summary>
    public byte[] Head(OnnxTensor tensor) => tensor.Head(name, offsets[tensor]);

    /// <summary>Writes the file.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(Stream stream, CancellationToken cancellation)
    {
        long at = 0;
        foreach ((OnnxTensor tensor, long offset) in tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(new byte[offset - at]);
            tensor.WriteData(stream);
            at = offset + tensor.DataLength;
        }
    }
}
