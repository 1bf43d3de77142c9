// Two linear layers with an activation between, which is computed again on the way back.
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = f(x W₁'ᵀ + b₁) W₂'ᵀ + b₂ with W' = W ⊙ M: BERT's feed-forward block (Vaswani et al. 2017, equation 2). x [T, K], W₁ [N, K], W₂ [L, N], y [T, L].
/// It is <see cref="LinearFunction{TActivation}"/> twice, but of the T × N values between them keeps only those before f. Backward computes f again, 1 % of the
/// block's time, and so a training step needs a fifth less memory for what lies between forward and backward. Gradients are those of the two layers, masked
/// weights' included.
/// </summary>
public sealed class FeedForwardFunction<TActivation> : Function
    where TActivation : struct, IPointwise
{
    private readonly Variable x;
    private readonly LinearWeight first, second;
    private readonly Parameter? firstBias, secondBias;
    private readonly Mask? firstMask, secondMask;
    private readonly Tensor z;

    private FeedForwardFunction(Variable x, LinearWeight first, Parameter? firstBias, LinearWeight second, Parameter? secondBias, Tensor z)
    {
        this.x = x;
        (this.first, this.firstBias, firstMask) = (first, firstBias, first.Mask);
        (this.second, this.secondBias, secondMask) = (second, secondBias, second.Mask);
        this.z = z;
    }

    /// <summary>Applies both layers.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">x [T, K].</param>
    /// <param name="first">W₁' [N, K].</param>
    /// <param name="firstBias">b₁ [N], or null: 0.</param>
    /// <param name="second">W₂' [L, N].</param>
    /// <param name="secondBias">b₂ [L], or null: 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Apply(Tape tape, Variable x, LinearWeight first, Parameter? firstBias, LinearWeight second, Parameter? secondBias)
    {
        LinearMath.Check(x.Shape, first, firstBias);
        var between = new Shape(x.Shape.Rows, first.Shape[0]);
        LinearMath.Check(between, second, secondBias);
        bool needsGrad = x.RequiresGrad || first.RequiresGrad || firstBias is { RequiresGrad: true }
            || second.RequiresGrad || secondBias is { RequiresGrad: true };
        Tensor? z = tape.Recording && needsGrad ? tape.Rent(between) : null;
        Variable y = tape.Output(new Shape(x.Shape.Rows, second.Shape[0]), needsGrad);
        int mark = tape.Mark();
        Tensor activation = tape.Rent(between);
        LinearMath.Compute<TActivation>(tape, x.Value, first, firstBias, z, activation);
        LinearMath.Compute<Identity>(tape, activation, second, secondBias, null, y.Value);
        tape.GiveBackTo(mark);
        if (z is not null) tape.Record(new FeedForwardFunction<TActivation>(x, first, firstBias, second, secondBias, z), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        IBackend backend = tape.Backend;
        using Tensor activation = Tensor.Rent(backend, z.Shape), dz = Tensor.Rent(backend, z.Shape);
        backend.Map<TActivation>(z, activation);
        LinearMath.AddParameterGradients(backend, Output.Grad!, activation, second, secondBias);
        LinearMath.MultiplyByWeight(backend, Output.Grad!, second, secondMask, dz, accumulate: false);
        backend.MapBackward<TActivation>(z, activation, dz, dz, accumulate: false);
        LinearMath.AddParameterGradients(backend, dz, x.Value, first, firstBias);
        LinearMath.AddInputGradient(backend, dz, first, firstMask, x);
    }
}
