// A linear layer.
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Modules;

/// <summary>y = f(x W'ᵀ + b) with weight [out, in] and bias [out]; pruning sets <see cref="Mask"/>.</summary>
public sealed class Linear : Module
{
    /// <summary>A layer of zeros.</summary>
    public Linear(IBackend backend, int inputs, int outputs)
    {
        Weight = AddParameter(backend, "weight", new Shape(outputs, inputs));
        Bias = AddParameter(backend, "bias", new Shape(outputs));
    }

    /// <summary>W [out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>b [out].</summary>
    public Parameter Bias { get; }

    /// <summary>M in W' = W ⊙ M, or null; owned by who sets it.</summary>
    public Mask? Mask { get; set; }

    /// <summary>W' as <see cref="PackedWeights"/> keeps it, or null.</summary>
    internal WeightLayout? Packed { get; set; }

    /// <summary>x W'ᵀ + b for x [T, in].</summary>
    public Variable Forward(Tape tape, Variable x) => Forward<Identity>(tape, x);

    /// <summary>f(x W'ᵀ + b) for x [T, in].</summary>
    public Variable Forward<TActivation>(Tape tape, Variable x) where TActivation : struct, IPointwise =>
        LinearFunction<TActivation>.Apply(tape, x, Weight, Bias, Mask, Packed);
}
