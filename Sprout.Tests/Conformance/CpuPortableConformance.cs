// The processor backend on portable vectors.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Conformance;

[NeedsInstructions(InstructionSet.Portable)]
public sealed class CpuPortableConformance : BackendConformance
{
    protected override IBackend Open(int threads) => CpuBackend.Open(threads, InstructionSet.Portable);
}
