// Every GPU kernel, on the emulation; the number of threads chooses the order in which those of a group take their turns.
using ILGPU.Runtime;
using Sprout.Tensors;
using Sprout.Tensors.Ilgpu;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Emulation;

public sealed class EmulatedConformance : BackendConformance
{
    protected override IBackend Open(int threads) => new IlgpuBackend(new Accelerator(laneOrder: threads), "emulated");
}
