// The backends that this machine can run tests on.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Functions;

/// <summary>The reference and the processor backend in every vector width that this processor has.</summary>
internal static class TestBackends
{
    private const string Reference = "reference";

    /// <summary>All names, for theories.</summary>
    public static TheoryData<string> All => [Reference, .. Widths];

    /// <summary>The names of the processor backends.</summary>
    public static IEnumerable<string> Widths => Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported).Select(set => set.ToString());

    /// <summary>Opens a backend by its name.</summary>
    public static IBackend Open(string name, int threads = 2) =>
        name == Reference ? new ReferenceBackend() : CpuBackend.Open(threads, Enum.Parse<InstructionSet>(name));
}
