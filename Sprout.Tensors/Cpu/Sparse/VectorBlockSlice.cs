namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>A slice of some neighbouring groups of a <see cref="VectorBlockLayout"/>, whose entries lie one after the other.</summary>
/// <param name="indices">The inputs of all entries of the layout.</param>
/// <param name="values">Their weights, from the first lane on that is wanted.</param>
/// <param name="starts">Where the entries of each group begin.</param>
/// <param name="groups">The number of groups.</param>
internal readonly unsafe struct VectorBlockSlice(int* indices, float* values, int* starts, int groups)
{
    /// <summary>The number of groups.</summary>
    public readonly int Groups = groups;

    /// <summary>The weights of the first entry, and 16 floats on those of the next.</summary>
    public readonly float* Values = values + ((nint)starts[0] * VectorBlockLayout.Width);

    /// <summary>The input of the first entry.</summary>
    public int* Index => indices + starts[0];

    /// <summary>Behind the inputs of a group.</summary>
    public int* EndOf(int group) => indices + starts[group + 1];
}
