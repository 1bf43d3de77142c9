namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>W ⊙ M packed once into the panels of <see cref="Gemm{V}"/>'s blocked product.</summary>
/// <param name="shape">The extents of the weight, [N, K].</param>
/// <param name="panels">The panels, which end with this object.</param>
internal sealed class PanelLayout(Shape shape, Tensor panels) : WeightLayout(shape)
{
    /// <summary>The panels one after the other.</summary>
    public Tensor Panels => panels;

    /// <inheritdoc/>
    public override long Bytes => panels.Count * sizeof(float);

    /// <inheritdoc/>
    public override void Dispose() => panels.Dispose();
}
