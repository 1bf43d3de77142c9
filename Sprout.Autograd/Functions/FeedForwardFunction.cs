// Two linear layers with an activation between, which is computed again on the way back.
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = f(x W₁'ᵀ + b₁) W₂'ᵀ + b₂ with W' = W ⊙ M: BERT's feed-forward block (Vaswani et al. 2017, equation 2). x [T, K], W₁ [N, K], W₂ [L, N], y [T, L].
/// It is <see cref="LinearFunction{TActivation}"/> twice, but of the T × N values between them keeps only those before f. Backward computes f again, 1 % of the block's time,
/// and so a training step needs a fifth less memory for what lies between forward and backward. Gradients are those of the two layers, masked weights' included.
/// </summary>
public sealed class FeedForwardFunction<TActivation> : Function
    where TActivation : struct, IPointwise
{
    private readonly Variable x;
    private readonly Linear first, second;
    private readonly Mask? firstMask, secondMask;
    private readonly Tensor z;

    private FeedForwardFunction(Variable x, Linear first, Linear second, Tensor z)
    {
        this.x = x;
        this.first = first;
        this.second = second;
        (firstMask, secondMask) = (first.Mask, second.Mask);
        this.z = z;
    }

    /// <summary>Applies both layers.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Apply(Tape tape, Variable x, Linear first, Linear second)
    {
        LinearFunction<TActivation>.Check(x.Shape, first.Weight, first.Bias, first.Mask);
        var between = new Shape(x.Shape.Rows, first.Weight.Shape[0]);
        LinearFunction<Identity>.Check(between, second.Weight, second.Bias, second.Mask);
        bool needsGrad = x.RequiresGrad || new[] { first.Weight, first.Bias, second.Weight, second.Bias }.Any(parameter => parameter.RequiresGrad);
        Tensor? z = tape.Recording && needsGrad ? tape.Rent(between) : null;
        var y = new Variable(tape.Rent(new Shape(x.Shape.Rows, second.Weight.Shape[0])), needsGrad);
        using Tensor activation = Tensor.Rent(tape.Backend, between);
        LinearFunction<TActivation>.Compute(tape, x.Value, first.Weight, first.Bias, first.Mask, first.Packed, z, activation);
        LinearFunction<Identity>.Compute(tape, activation, second.Weight, second.Bias, second.Mask, second.Packed, null, y.Value);
        if (z is not null) tape.Record(new FeedForwardFunction<TActivation>(x, first, second, z), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        IBackend backend = tape.Backend;
        using Tensor activation = Tensor.Rent(backend, z.Shape), dz = Tensor.Rent(backend, z.Shape);
        backend.Map<TActivation>(z, activation);
        LinearFunction<Identity>.AddParameterGradients(backend, Output.Grad!, activation, second.Weight, second.Bias);
        backend.MatMul(Output.Grad!, false, second.Weight.Value, false, secondMask, dz, accumulate: false);
        backend.MapBackward<TActivation>(z, activation, dz, dz, accumulate: false);
        LinearFunction<Identity>.AddParameterGradients(backend, dz, LinearFunction<Identity>.Matrix(x.Value), first.Weight, first.Bias);
        if (x.RequiresGrad) backend.MatMul(dz, false, first.Weight.Value, false, firstMask, LinearFunction<Identity>.Matrix(x.GradTarget(out bool accumulate)), accumulate);
    }
}
