// Layer normalisation.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y)
    {
        if (x.Count == 0) return;
        var options = new LayerNormKernels.ForwardOptions
        {
            Residual = ViewOrNothing(residual), S = ViewOrNothing(s), Mean = ViewOrNothing(mean), Rstd = ViewOrNothing(rstd),
            HasResidual = Flag(residual), HasS = Flag(s), HasMean = Flag(mean), HasRstd = Flag(rstd),
        };
        launcher.Run(
            LayerNormKernels.Forward, Rows(x.Shape.Rows, x.Shape.Columns), View(x), options, new DropoutPlace(dropout), View(gamma), View(beta), epsilon,
            View(y), x.Shape.Columns);
    }

    /// <inheritdoc/>
    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta)
    {
        int rows = s.Shape.Rows, columns = s.Shape.Columns;
        if (s.Count == 0) return;
        // First the parameters: dx may take the place of dy.
        (KernelConfig config, int rowsOfGroup, int groups) = ColumnGroups(rows, columns);
        using Tensor gammas = Tensor.Rent(this, new Shape(groups, columns)), betas = Tensor.Rent(this, new Shape(groups, columns));
        launcher.Run(LayerNormKernels.Parameters, config, View(s), View(mean), View(rstd), View(dy), View(gammas), View(betas), rows, columns, rowsOfGroup);
        AddGroups(gammas, dgamma);
        AddGroups(betas, dbeta);
        int residualMode = dResidual is null ? LayerNormKernels.NoResidual
            : accumulateResidual ? LayerNormKernels.ResidualAdded : LayerNormKernels.ResidualOverwritten;
        launcher.Run(
            LayerNormKernels.Backward, Rows(rows, columns), View(s), View(mean), View(rstd), View(gamma), View(dy), new DropoutPlace(dropout),
            View(dx), ViewOrNothing(dResidual), residualMode, columns);
    }
}
