// What a file of weights says about one tensor.
namespace Sprout.Tensors.IO;

/// <summary>One stored tensor: everything but its data.</summary>
/// <param name="Name">Key in the file, e.g. <c>bert.pooler.dense.weight</c>.</param>
/// <param name="Type">Element type as stored.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="FilePath">The file that holds the data: one shard of a sharded model.</param>
public abstract record WeightEntry(string Name, SafetensorsType Type, long[] Shape, string FilePath)
{
    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public abstract long Count { get; }
}
