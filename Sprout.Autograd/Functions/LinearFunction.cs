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
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly Mask? mask;
    private readonly Tensor? z;

    private LinearFunction(Variable x, Parameter weight, Parameter? bias, Mask? mask, Tensor? z)
    {
        this.x = x;
        this.weight = weight;
        this.bias = bias;
        this.mask = mask;
        this.z = z;
    }

    private static bool HasActivation => typeof(TActivation) != typeof(Identity);

    /// <summary>Computes f(x W'ᵀ + b).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">x [T, K].</param>
    /// <param name="weight">W [N, K].</param>
    /// <param name="bias">b [N], or null: 0.</param>
    /// <param name="mask">M [N, K], or null: all ones.</param>
    /// <param name="packed">W' as the backend packed it, or null; a tape that records does not use it, for what is trained changes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Apply(Tape tape, Variable x, Parameter weight, Parameter? bias, Mask? mask = null, WeightLayout? packed = null)
    {
        Check(x.Shape, weight, bias, mask);
        bool needsGrad = x.RequiresGrad || weight.RequiresGrad || bias is { RequiresGrad: true };
        var shape = new Shape(x.Shape.Rows, weight.Shape[0]);
        Tensor? z = HasActivation && tape.Recording && needsGrad ? tape.Rent(shape) : null;
        var y = new Variable(tape.Rent(shape), needsGrad);
        Compute(tape, x.Value, weight, bias, mask, packed, z, y.Value);
        tape.Record(new LinearFunction<TActivation>(x, weight, bias, mask, z), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        IBackend backend = tape.Backend;
        Tensor dz = Output.Grad!;
        if (z is not null) backend.MapBackward<TActivation>(z, Output.Value, dz, dz, accumulate: false);
        AddParameterGradients(backend, dz, Matrix(x.Value), weight, bias);
        if (x.RequiresGrad)
        {
            Tensor dx = x.GradTarget(out bool accumulate);
            backend.MatMul(dz, false, weight.Value, false, mask, Matrix(dx), accumulate);
        }
    }

    /// <summary>y = f(x W'ᵀ + b), with the packed weight where there is one and the tape does not record; z (null: not kept) is what lies before f.</summary>
    internal static void Compute(Tape tape, Tensor x, Parameter weight, Parameter? bias, Mask? mask, WeightLayout? packed, Tensor? z, Tensor y)
    {
        if (packed is not null && !tape.Recording) tape.Backend.PackedLinear<TActivation>(x, packed, bias?.Value, y);
        else tape.Backend.Linear<TActivation>(x, weight.Value, mask, bias?.Value, z, y);
    }

    /// <summary>Whether an input, a weight, a bias and a mask fit together.</summary>
    internal static void Check(Shape x, Parameter weight, Parameter? bias, Mask? mask)
    {
        if (weight.Shape.Rank != 2 || x.Columns != weight.Shape[1]) throw new ArgumentException($"Linear: the input's last dimension is {x.Columns}, the weight \"{weight.Name}\" has shape {weight.Shape}.");
        if (bias is not null && bias.Shape.Count != weight.Shape[0]) throw new ArgumentException($"Linear: the bias \"{bias.Name}\" has shape {bias.Shape}, the weight {weight.Shape}.");
        if (mask is not null && mask.Shape != weight.Shape) throw new ArgumentException($"Linear: the mask has shape {mask.Shape}, the weight \"{weight.Name}\" {weight.Shape}.");
    }

    /// <summary>db += Σ dz and dW' += dzᵀ x, of those that are trained.</summary>
    internal static void AddParameterGradients(IBackend backend, Tensor dz, Tensor x, Parameter weight, Parameter? bias)
    {
        if (bias is { RequiresGrad: true }) backend.ColumnSum(dz, bias.GradSum());
        if (!weight.RequiresGrad) return;
        Tensor dw = weight.GradTarget(out bool accumulate);
        backend.MatMul(dz, true, x, false, null, dw, accumulate);
    }

    /// <summary>The same values as a matrix of rows.</summary>
    internal static Tensor Matrix(Tensor x) => x.Shape.Rank == 2 ? x : x.Reshape(new Shape(x.Shape.Rows, x.Shape.Columns));
}
