// A linear layer.
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Modules;

/// <summary>y = f(x W'ᵀ + b) with weight [out, in] and bias [out]; W' = W ⊙ M when pruning sets a mask.</summary>
public sealed class Linear : Module
{
    /// <summary>A layer of zeros; <see cref="Initialize"/> or a model's weights fill it.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    public Linear(IBackend backend, int inputs, int outputs)
    {
        Factor = new LinearWeight(AddParameter(backend, "weight", new Shape(outputs, inputs)));
        Bias = AddParameter(backend, "bias", new Shape(outputs), decays: false);
    }

    /// <summary>What it multiplies by: W, its mask, or a packed layout of both.</summary>
    public LinearWeight Factor { get; }

    /// <summary>W [out, in].</summary>
    public Parameter Weight => Factor.Parameter;

    /// <summary>b [out].</summary>
    public Parameter Bias { get; }

    /// <summary>Fresh weights as PyTorch's linear layer has them: W and b uniform in ±1/√in (He et al. 2015 with a = √5).</summary>
    /// <param name="seed">Decides the numbers, together with the parameters' names.</param>
    /// <returns>This layer.</returns>
    public Linear Initialize(ulong seed)
    {
        float bound = 1 / MathF.Sqrt(Weight.Shape[1]);
        FreshWeights.Uniform(Weight, bound, seed);
        FreshWeights.Uniform(Bias, bound, seed);
        return this;
    }

    /// <summary>x W'ᵀ + b for x [T, in].</summary>
    public Variable Forward(Tape tape, Variable x) => Forward<Identity>(tape, x);

    /// <summary>f(x W'ᵀ + b) for x [T, in].</summary>
    public Variable Forward<TActivation>(Tape tape, Variable x) where TActivation : struct, IPointwise =>
        LinearFunction<TActivation>.Apply(tape, x, Factor, Bias);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Factor.IsSparse) Factor.Layout?.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }
}
