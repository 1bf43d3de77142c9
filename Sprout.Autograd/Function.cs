// One recorded operation.
namespace Sprout.Autograd;

/// <summary>
/// One recorded operation. A function's file is its definition: formula, shapes, source, what is kept, forward (a static <c>Apply</c>) and backward.
/// Backward adds to the gradients of its inputs through <see cref="Variable.GradTarget"/> or <see cref="Variable.GradSum"/>,
/// and only for inputs that require one.
/// </summary>
public abstract class Function
{
    /// <summary>What the function computed.</summary>
    public Variable Output { get; internal set; } = null!;

    /// <summary>Whether the output is the loss itself, so that backward starts here with gradient 1.</summary>
    public virtual bool IsLoss => false;

    /// <summary>Turns the gradient of the output into gradients of the inputs.</summary>
    public abstract void Backward(Tape tape);
}
