// The suite on the first NVIDIA GPU.
using Sprout.Tensors;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Ilgpu;

[NeedsDevice("cuda")]
public sealed class CudaConformance : BackendConformance
{
    protected override IBackend Open(int threads) => Devices.Open("cuda");
}
