// A weight as a product reads it.
namespace Sprout.Tensors;

/// <summary>
/// A weight W ⊙ M [N, K] in the form in which its device multiplies by it: made by <see cref="IBackend.Pack(Tensor, Mask?)"/> from a weight and its
/// mask, or by a source that never had a dense W. A backend brings its own layouts and takes no other's.
/// </summary>
/// <param name="shape">The extents of the weight, [N, K].</param>
public abstract class WeightLayout(Shape shape) : IDisposable
{
    /// <summary>The extents of the weight, [N, K].</summary>
    public Shape Shape => shape;

    /// <summary>Weights that a product multiplies by: all, or those that are kept.</summary>
    public virtual long Weights => Shape.Count;

    /// <summary>Bytes that a product reads of it.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gives its own memory back to the device; a second call does nothing.</summary>
    public abstract void Dispose();
}
