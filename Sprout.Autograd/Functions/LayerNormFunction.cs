// Residual + dropout + layer norm, fused.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = LayerNorm(residual + dropout(x)) (Ba et al. 2016; BERT's post-norm block), for every row of H elements:
/// s = residual + dropout(x), y = (s − mean) / √(var + ε) ⊙ γ + β. x, residual, y [T, H]; γ, β [H]. Keeps s and the rows' mean and 1/σ.
/// </summary>
public sealed class LayerNormFunction : Function
{
    private readonly Variable x;
    private readonly Variable? residual;
    private readonly Parameter gamma, beta;
    private readonly Dropout dropout;
    private readonly Tensor s, mean, rstd;

    private LayerNormFunction(Variable x, Variable? residual, Parameter gamma, Parameter beta, Dropout dropout, Tensor s, Tensor mean, Tensor rstd)
    {
        this.x = x;
        this.residual = residual;
        this.gamma = gamma;
        this.beta = beta;
        this.dropout = dropout;
        this.s = s;
        this.mean = mean;
        this.rstd = rstd;
    }

    /// <summary>Normalises residual + dropout(x).</summary>
    /// <param name="tape">Records the function.</param>
    /// <param name="x">What the block computed [T, H].</param>
    /// <param name="residual">What the block started from [T, H], or null.</param>
    /// <param name="dropoutProbability">Of x.</param>
    /// <param name="gamma">γ [H].</param>
    /// <param name="beta">β [H].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="overwrite">Puts s where x is, which saves a tensor: nothing else may read the value of x, neither later nor on the way back.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Apply(
        Tape tape, Variable x, Variable? residual, float dropoutProbability, Parameter gamma, Parameter beta, float epsilon, bool overwrite = false)
    {
        if (residual is not null && residual.Shape != x.Shape)
            throw new ArgumentException($"LayerNorm: the input has shape {x.Shape}, the residual {residual.Shape}.");
        if (gamma.Shape.Count != x.Shape.Columns || beta.Shape.Count != x.Shape.Columns)
            throw new ArgumentException(
                $"LayerNorm: weight \"{gamma.Name}\" has shape {gamma.Shape} and bias {beta.Shape}, the input's last dimension is {x.Shape.Columns}.");
        bool needsGrad = x.RequiresGrad || residual is { RequiresGrad: true } || gamma.RequiresGrad || beta.RequiresGrad;
        Dropout dropout = tape.NextDropout(dropoutProbability);
        bool keep = tape.Recording && needsGrad;
        Tensor? s = !keep ? null : overwrite ? x.Value : tape.Rent(x.Shape);
        Tensor? mean = keep ? tape.Rent(new Shape(x.Shape.Rows)) : null, rstd = keep ? tape.Rent(new Shape(x.Shape.Rows)) : null;
        Variable y = tape.Output(x.Shape, needsGrad);
        tape.Backend.LayerNormForward(x.Value, residual?.Value, dropout, gamma.Value, beta.Value, epsilon, s, mean, rstd, y.Value);
        if (keep) tape.Record(new LayerNormFunction(x, residual, gamma, beta, dropout, s!, mean!, rstd!), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        bool wanted = residual is { RequiresGrad: true };
        bool accumulateResidual = false;
        Tensor? dResidual = wanted ? residual!.GradTarget(out accumulateResidual) : null;
        bool accumulateX = false;
        Tensor? target = x.RequiresGrad ? x.GradTarget(out accumulateX) : null;
        // The kernel overwrites dx, so a gradient that is already there, or not wanted, needs a scratch beside it.
        using Tensor? scratch = target is null || accumulateX ? Tensor.Rent(tape.Backend, x.Shape) : null;
        using Scratch dgamma = Scratch.For(gamma), dbeta = Scratch.For(beta);
        tape.Backend.LayerNormBackward(
            s, mean, rstd, gamma.Value, Output.Grad!, dropout, scratch ?? target!, dResidual, accumulateResidual, dgamma.Tensor, dbeta.Tensor);
        if (accumulateX) tape.Backend.AddScaled(scratch!, 1f, target!);
    }

    // The gradient of a parameter, or a tensor to throw away when the parameter is frozen.
    private readonly struct Scratch : IDisposable
    {
        private readonly bool owned;

        private Scratch(Tensor tensor, bool owned)
        {
            Tensor = tensor;
            this.owned = owned;
        }

        public Tensor Tensor { get; }

        public static Scratch For(Parameter parameter) => parameter.RequiresGrad
            ? new Scratch(parameter.GradSum(), owned: false)
            : new Scratch(Tensors.Tensor.Rent(parameter.Backend, parameter.Shape), owned: true);

        public void Dispose()
        {
            if (owned) Tensor.Dispose();
        }
    }
}
