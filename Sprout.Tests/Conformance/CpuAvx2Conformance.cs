// The processor backend on AVX2.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Conformance;

[NeedsInstructions(InstructionSet.Avx2)]
public sealed class CpuAvx2Conformance : BackendConformance
{
    protected override IBackend Open(int threads) => CpuBackend.Open(threads, InstructionSet.Avx2);
}
