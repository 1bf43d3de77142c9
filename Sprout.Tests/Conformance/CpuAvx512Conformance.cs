// The processor backend on AVX-512.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Conformance;

[NeedsInstructions(InstructionSet.Avx512)]
public sealed class CpuAvx512Conformance : BackendConformance
{
    protected override IBackend Open(int threads) => CpuBackend.Open(threads, InstructionSet.Avx512);
}
