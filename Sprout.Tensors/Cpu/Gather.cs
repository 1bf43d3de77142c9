// Gather.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable) => throw new NotImplementedException();
}
