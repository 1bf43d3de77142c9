using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Conformance;

/// <summary>The class runs on processors with an instruction set.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsInstructionsAttribute(InstructionSet set) : NeedsAttribute
{
    public InstructionSet Set => set;

    public override string? Missing => InstructionSets.IsSupported(set) ? null : $"This processor has no {set}.";
}
