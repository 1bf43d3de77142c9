// The linear layer with an optional mask on its weight and a fused activation.
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Functions;

/// <summary>
/// z = x W'ᵀ + b, y = f(z), with W' = W ⊙ M (Sanh et al. 2020, section 3) or W' = W without a mask.
/// x [T, K] (or [B, …, K]), W and M [N, K], b [N], y [T, N]. Keeps x, and z when f is not the identity.
/// Backward: dz = f'(z) ⊙ dy, dx += dz W', db += Σ dz, and into the gradient of W goes the gradient of the masked weight, dW' += dzᵀ x:
/// what the mask and the scores make of it is the pruning method's part (straight-through estimator).
/// </summary>
public sealed class LinearFunction<TActivation> : Function
    where TActivation : struct, IPointwise
{
    private readonly Variable x;
    private readonly LinearWeight weight;
    private readonly Parameter? bias;
    private readonly Mask? mask;
    private readonly Tensor? z;

    private LinearFunction(Variable x, LinearWeight weight, Parameter? bias, Tensor? z)
    {
        this.x = x;
        this.weight = weight;
        this.bias = bias;
        mask = weight.Mask;
        this.z = z;
    }

    private static bool HasActivation => typeof(TActivation) != typeof(Identity);

    /// <summary>Computes f(x W'ᵀ + b).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">x [T, K].</param>
    /// <param name="weight">W' [N, K].</param>
    /// <param name="bias">b [N], or null: 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Apply(Tape tape, Variable x, LinearWeight weight, Parameter? bias)
    {
        LinearMath.Check(x.Shape, weight, bias);
        bool needsGrad = x.RequiresGrad || weight.RequiresGrad || bias is { RequiresGrad: true };
        var shape = new Shape(x.Shape.Rows, weight.Shape[0]);
        Tensor? z = HasActivation && tape.Recording && needsGrad ? tape.Rent(shape) : null;
        Variable y = tape.Output(shape, needsGrad);
        LinearMath.Compute<TActivation>(tape, x.Value, weight, bias, z, y.Value);
        if (tape.Records(y)) tape.Record(new LinearFunction<TActivation>(x, weight, bias, z), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        IBackend backend = tape.Backend;
        Tensor dz = Output.Grad!;
        if (z is not null) backend.MapBackward<TActivation>(z, Output.Value, dz, dz, accumulate: false);
        LinearMath.AddParameterGradients(backend, dz, x.Value, weight, bias);
        LinearMath.AddInputGradient(backend, dz, weight, mask, x);
    }
}
