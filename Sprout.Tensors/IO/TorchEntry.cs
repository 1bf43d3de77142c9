// A tensor of a file of torch.save.
namespace Sprout.Tensors.IO;

/// <summary>One stored tensor: a view of a storage, as PyTorch has it.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Type">Element type as stored.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Strides">Elements from one index to the next, for each dimension; all reach within the storage.</param>
/// <param name="Offset">First byte of the first element, counted from the start of the file.</param>
/// <param name="FilePath">The file that holds the data: one shard of a sharded model.</param>
public sealed record TorchEntry(string Name, SafetensorsType Type, long[] Shape, long[] Strides, long Offset, string FilePath)
    : WeightEntry(Name, Type, Shape, FilePath)
{
    /// <inheritdoc/>
    public override long Count => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Elements from the first to the last, those between that are not the tensor's included; 0 for an empty tensor.</summary>
    internal long Extent => Count == 0 ? 0 : 1 + Shape.Zip(Strides, (extent, stride) => (extent - 1) * stride).Sum();

    /// <summary>Whether the elements lie in row-major order without gaps.</summary>
    internal bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }

            return true;
        }
    }
}
