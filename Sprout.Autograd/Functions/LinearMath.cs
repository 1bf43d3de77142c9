// What the functions with linear layers have in common.
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Functions;

/// <summary>One linear layer, forwards and backwards; see <see cref="LinearFunction{TActivation}"/> for formulas and shapes.</summary>
internal static class LinearMath
{
    // Fewer rows meet a dense weight as dot products, which add up in another order than lists of entries do.
    private const int LeastSparseRows = 97;

    /// <summary>Whether an input, a weight, its mask and a bias fit together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Check(Shape x, LinearWeight weight, Parameter? bias)
    {
        string name = weight.Parameter.Name;
        if (weight.Shape.Rank != 2 || x.Columns != weight.Shape[1])
            throw new ArgumentException($"Linear: the input's last dimension is {x.Columns}, the weight \"{name}\" has shape {weight.Shape}.");
        if (bias is not null && bias.Shape.Count != weight.Shape[0])
            throw new ArgumentException($"Linear: the bias \"{bias.Name}\" has shape {bias.Shape}, the weight {weight.Shape}.");
        if (weight.Mask is Mask mask && mask.Shape != weight.Shape)
            throw new ArgumentException($"Linear: the mask has shape {mask.Shape}, the weight \"{name}\" {weight.Shape}.");
    }

    /// <summary>y = f(x W'ᵀ + b), by the layout where there is one and the tape does not record; z (null: not kept) is what lies before f.</summary>
    public static void Compute<TActivation>(Tape tape, Tensor x, LinearWeight weight, Parameter? bias, Tensor? z, Tensor y)
        where TActivation : struct, IPointwise
    {
        if (weight.InputRounding is null || tape.Recording)
        {
            Multiply<TActivation>(tape, x, weight, bias, z, y);
            return;
        }

        int mark = tape.Mark();
        Tensor rounded = tape.Rent(x.Shape);
        tape.Backend.Copy(x, rounded);
        weight.InputRounding(rounded);
        Multiply<TActivation>(tape, rounded, weight, bias, z, y);
        tape.GiveBackTo(mark);
    }

    /// <summary>db += Σ dz and dW' += dzᵀ x, of those that are trained.</summary>
    public static void AddParameterGradients(IBackend backend, Tensor dz, Tensor x, LinearWeight weight, Parameter? bias)
    {
        if (bias is { RequiresGrad: true }) backend.ColumnSum(dz, bias.GradSum());
        if (!weight.RequiresGrad) return;
        Tensor dw = weight.Parameter.GradTarget(out bool accumulate);
        backend.MatMul(dz, true, Matrix(x), false, null, dw, accumulate);
    }

    /// <summary>dx += dz W', if it is wanted, with the mask of the forward pass.</summary>
    public static void AddInputGradient(IBackend backend, Tensor dz, LinearWeight weight, Mask? mask, Variable x)
    {
        if (!x.RequiresGrad) return;
        Tensor dx = x.GradTarget(out bool accumulate);
        MultiplyByWeight(backend, dz, weight, mask, Matrix(dx), accumulate);
    }

    /// <summary>dx = dz W', or dx += …; dz [T, N], dx [T, K].</summary>
    public static void MultiplyByWeight(IBackend backend, Tensor dz, LinearWeight weight, Mask? mask, Tensor dx, bool accumulate)
    {
        if (SparseOf(weight, dz)?.Transposed is WeightLayout sparse) backend.PackedMatMul(dz, sparse, dx, accumulate);
        else backend.MatMul(dz, false, weight.Parameter.Value, false, mask, dx, accumulate);
    }

    private static void Multiply<TActivation>(Tape tape, Tensor x, LinearWeight weight, Parameter? bias, Tensor? z, Tensor y)
        where TActivation : struct, IPointwise
    {
        if (weight.Layout is not null && !tape.Recording)
        {
            tape.Backend.PackedLinear<TActivation>(x, weight.Layout, bias?.Value, y);
        }
        else if (tape.Recording && SparseOf(weight, x)?.Weight is WeightLayout sparse)
        {
            if (z is not null) tape.Backend.PackedLinear<Identity>(Matrix(x), sparse, bias?.Value, z);
            if (z is not null) tape.Backend.Map<TActivation>(z, y);
            else tape.Backend.PackedLinear<TActivation>(Matrix(x), sparse, bias?.Value, y);
        }
        else
        {
            tape.Backend.Linear<TActivation>(x, weight.Parameter.Value, weight.Mask, bias?.Value, z, y);
        }
    }

    // The sparse forms for so many rows.
    private static (WeightLayout Weight, WeightLayout Transposed)? SparseOf(LinearWeight weight, Tensor x) =>
        x.Shape.Rows >= LeastSparseRows ? weight.Sparse : null;

    // The same values as a matrix of rows.
    private static Tensor Matrix(Tensor x) => x.Shape.Rank == 2 ? x : x.Reshape(new Shape(x.Shape.Rows, x.Shape.Columns));
}
