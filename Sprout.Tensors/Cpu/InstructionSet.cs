using System.Runtime.Intrinsics.X86;

namespace Sprout.Tensors.Cpu;

/// <summary>The instruction sets that the processor backend has paths for.</summary>
public enum InstructionSet
{
    /// <summary>128-bit vectors that .NET runs on any processor.</summary>
    Portable,

    /// <summary>256-bit AVX2 with FMA.</summary>
    Avx2,

    /// <summary>512-bit AVX-512 (F, BW, DQ, VL).</summary>
    Avx512,
}

/// <summary>Finds the instruction set to use.</summary>
public static class InstructionSets
{
    /// <summary>The environment variable that forces a path: portable, avx2 or avx512.</summary>
    public const string Variable = "SPROUT_ISA";

    /// <summary>Whether this processor can run a path.</summary>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    /// <summary>The forced path, or else the widest that this processor has.</summary>
    /// <exception cref="OptionException"><see cref="Variable"/> has an unknown value, or names a path that this processor lacks.</exception>
    public static InstructionSet Choose()
    {
        string? forced = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(forced))
            return IsSupported(InstructionSet.Avx512) ? InstructionSet.Avx512
                : IsSupported(InstructionSet.Avx2) ? InstructionSet.Avx2 : InstructionSet.Portable;
        if (!Enum.TryParse(forced, ignoreCase: true, out InstructionSet set) || !Enum.IsDefined(set))
            throw new OptionException($"{Variable}: expected portable, avx2 or avx512, found \"{forced}\".");
        return IsSupported(set) ? set : throw new OptionException($"{Variable}: this processor has no {forced}.");
    }
}
