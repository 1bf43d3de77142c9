// A value in a differentiable computation.
using Sprout.Tensors;

namespace Sprout.Autograd;

/// <summary>A value and, after <see cref="Tape.Backward"/>, the gradient of the loss with respect to it. Values made by functions belong to the tape.</summary>
public class Variable
{
    private Tensor? value;
    private bool disposed;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The value; who made it keeps owning it.</param>
    /// <param name="requiresGrad">Whether a gradient is wanted.</param>
    public Variable(Tensor value, bool requiresGrad = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        (this.value, Backend, Shape, RequiresGrad) = (value, value.Backend, value.Shape, requiresGrad);
    }

    /// <summary>A variable that gets its value when it is first used.</summary>
    private protected Variable(IBackend backend, Shape shape, bool requiresGrad) => (Backend, Shape, RequiresGrad) = (backend, shape, requiresGrad);

    /// <summary>Where it lives.</summary>
    public IBackend Backend { get; private set; }

    /// <summary>The value.</summary>
    public Tensor Value => value ?? Allocate();

    /// <summary>Whether functions compute a gradient for this variable.</summary>
    public bool RequiresGrad { get; set; }

    /// <summary>The extents of the value.</summary>
    public Shape Shape { get; private set; }

    /// <summary>The gradient, of the value's shape; null while there is none.</summary>
    public Tensor? Grad => HasGrad ? GradBuffer : null;

    /// <summary>Whether <see cref="GradBuffer"/> holds a gradient, not leftovers.</summary>
    internal bool HasGrad { get; set; }

    /// <summary>The gradient's memory, kept from step to step for parameters.</summary>
    internal Tensor? GradBuffer { get; set; }

    /// <summary>
    /// The gradient's memory for a function that can both write and add: <paramref name="accumulate"/> says which, and afterwards there is a gradient.
    /// </summary>
    public Tensor GradTarget(out bool accumulate)
    {
        accumulate = HasGrad;
        GradBuffer ??= Tensor.Rent(Backend, Shape);
        HasGrad = true;
        return GradBuffer;
    }

    /// <summary>The gradient's memory for a function that can only add: zeros when there was no gradient yet.</summary>
    public Tensor GradSum()
    {
        Tensor gradient = GradTarget(out bool accumulate);
        if (!accumulate) Backend.Fill(gradient, 0f);
        return gradient;
    }

    /// <summary>Forgets the gradient and gives its memory back; the tape does this for what functions made, everything else belongs to its maker.</summary>
    public void ReleaseGrad()
    {
        GradBuffer?.Dispose();
        GradBuffer = null;
        HasGrad = false;
    }

    /// <summary>Makes an object that nobody reads any more stand for another value.</summary>
    internal void Become(Tensor other) => (value, Backend, Shape) = (other, other.Backend, other.Shape);

    /// <summary>Gives the value back to the device, if it ever took memory.</summary>
    private protected void DisposeValue()
    {
        disposed = true;
        value?.Dispose();
    }

    /// <summary>Gives the value's memory back, as if it had never been used.</summary>
    private protected void ForgetValue()
    {
        value?.Dispose();
        value = null;
    }

    /// <summary>Checks that a variable without a value may get one.</summary>
    private protected virtual void RequireStart() { }

    /// <summary>Writes the first value of a variable that had none.</summary>
    private protected virtual void Start(Tensor value) { }

    private Tensor Allocate()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        RequireStart();
        Tensor allocated = Tensor.Rent(Backend, Shape);
        Start(allocated);
        return value = allocated;
    }
}
