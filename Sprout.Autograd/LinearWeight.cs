// What a linear layer multiplies by.
using Sprout.Tensors;

namespace Sprout.Autograd;

/// <summary>
/// The weight of a linear layer, W' = W ⊙ M [N, K]: a trained matrix W, behind a mask M when pruning sets one. Tapes that do not record may multiply by a
/// <see cref="Layout"/> of it instead, which then stands for W'.
/// </summary>
/// <param name="parameter">W [N, K], which training changes.</param>
public sealed class LinearWeight(Parameter parameter)
{
    /// <summary>W [N, K].</summary>
    public Parameter Parameter => parameter;

    /// <summary>M in W' = W ⊙ M, or null: all ones. Owned by who sets it.</summary>
    public Mask? Mask { get; set; }

    /// <summary>W' as its device packed it, for tapes that do not record; or null. While it is set, neither W nor M may change. Owned by who sets it.</summary>
    public WeightLayout? Layout { get; set; }

    /// <summary>
    /// W' and its transpose as lists of what M has left, for tapes that record: products of many rows give the same bits by them as by W and M. Null where the
    /// dense products are faster. While they are set, neither W nor M may change. Owned by who sets them.
    /// </summary>
    public (WeightLayout Weight, WeightLayout Transposed)? Sparse { get; set; }

    /// <summary>[N, K].</summary>
    public Shape Shape => parameter.Shape;

    /// <summary>Whether W is trained.</summary>
    public bool RequiresGrad => parameter.RequiresGrad;
}
