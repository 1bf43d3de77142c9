// The suite on the first OpenCL device.
using Sprout.Tensors;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Ilgpu;

[NeedsDevice("opencl")]
public sealed class OpenClConformance : BackendConformance
{
    protected override IBackend Open(int threads) => Devices.Open("opencl");
}
