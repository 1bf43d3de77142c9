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

    /// <summary>
    /// W' as its device packed it, for tapes that do not record; or null. While it is set, neither W nor M may change. Owned by who sets it, but for that of
    /// <see cref="BecomeSparse"/> and <see cref="BecomeQuantized"/>, which the layer owns.
    /// </summary>
    public WeightLayout? Layout { get; set; }

    /// <summary>
    /// W' and its transpose as lists of what M has left, for tapes that record: products of many finite rows give the same bits by them as by W and M. Null
    /// where the dense products are faster. While they are set, neither W nor M may change. Owned by who sets them.
    /// </summary>
    public (WeightLayout Weight, WeightLayout Transposed)? Sparse { get; set; }

    /// <summary>
    /// Changes a copy of the layer's input before it is multiplied, on tapes that do not record; null: nothing does. So a model computes what a device of fewer
    /// bits would.
    /// </summary>
    public Action<Tensor>? InputRounding { get; set; }

    /// <summary>Whether W' is a <see cref="Layout"/> alone, and W has no value.</summary>
    public bool IsSparse => parameter.HasNoValue;

    /// <summary>[N, K].</summary>
    public Shape Shape => parameter.Shape;

    /// <summary>Whether W is trained.</summary>
    public bool RequiresGrad => parameter.RequiresGrad;

    /// <summary>
    /// Makes W' a matrix that is never dense: its layout stands for it until the layer is disposed. Who asks W for its value afterwards, as tapes that
    /// record do, gets an <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <param name="w">W' [N, K].</param>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public void BecomeSparse(SparseMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        RequireShape(w.Shape);
        Become(parameter.Backend.Pack(w));
    }

    /// <summary>The same of a matrix of integers: products with it quantise what they multiply by it (<see cref="IBackend.PackQuantized"/>).</summary>
    /// <param name="w">W' [N, K].</param>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public void BecomeQuantized(QuantizedMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        RequireShape(w.Shape);
        Become(parameter.Backend.PackQuantized(w));
    }

    private void RequireShape(Shape found)
    {
        if (found != Shape) throw new ArgumentException($"LinearWeight: the weight \"{parameter.Name}\" has shape {Shape}, the matrix {found}.");
    }

    private void Become(WeightLayout layout)
    {
        Layout?.Dispose();
        Layout = layout;
        parameter.LoseValue();
    }
}
