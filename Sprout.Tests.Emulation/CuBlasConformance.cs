// The products through cuBLAS, on an emulation of it: what is asked of the library has to be what the menu means.
using ILGPU.Runtime.Cuda;
using Sprout.Tensors;
using Sprout.Tensors.Ilgpu;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Emulation;

public sealed class CuBlasConformance
{
    [Theory]
    [InlineData(nameof(IBackend.MatMul))]
    [InlineData(nameof(IBackend.Linear))]
    public void Product_through_cuBLAS_agrees_with_the_reference(string kernel)
    {
        var accelerator = new CudaAccelerator(laneOrder: 1);
        using var backend = new IlgpuBackend(accelerator, "cuda-cublas:0", withCuBlas: true);
        foreach (KernelCase test in KernelMenu.CasesOf(kernel)) test.Faults(backend).Should().BeEmpty("{0} has to agree with the reference", test);
        backend.LiveBytes.Should().Be(0, "masked weights are given back");
        accelerator.Traffic.LibraryProducts.Should().BePositive("the library computes them");
    }
}
