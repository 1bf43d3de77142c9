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

    /// <summary>The makers' name of a set.</summary>
    public static string NameOf(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => "AVX-512",
        InstructionSet.Avx2 => "AVX2",
        _ => "portable",
    };

    /// <summary>Whether this program can run a path on this processor.</summary>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    /// <summary>Whether the processor has the instructions of a path, whatever this program was compiled for.</summary>
    public static bool IsOnProcessor(InstructionSet set)
    {
        if (set == InstructionSet.Portable) return true;
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
        int features = X86Base.CpuId(1, 0).Ecx, extended = X86Base.CpuId(7, 0).Ebx;
        const int fma = 1 << 12, avx2 = 1 << 5, avx512 = (1 << 16) | (1 << 17) | (1 << 30) | (1 << 31); // F, DQ, BW, VL
        return set == InstructionSet.Avx2 ? (features & fma) != 0 && (extended & avx2) != 0 : (extended & avx512) == avx512;
    }

    /// <summary>
    /// The paths that the processor has and this program cannot run: natively compiled programs have those that they were published for, and .NET's settings
    /// can switch instructions off.
    /// </summary>
    public static IEnumerable<InstructionSet> Missed => Enum.GetValues<InstructionSet>().Where(set => IsOnProcessor(set) && !IsSupported(set));

    /// <summary>The forced path, or else the widest that this program can run here.</summary>
    /// <exception cref="OptionException"><see cref="Variable"/> has an unknown value, or names a path that cannot run.</exception>
    public static InstructionSet Choose()
    {
        string? forced = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(forced))
            return IsSupported(InstructionSet.Avx512) ? InstructionSet.Avx512
                : IsSupported(InstructionSet.Avx2) ? InstructionSet.Avx2 : InstructionSet.Portable;
        if (!Enum.TryParse(forced, ignoreCase: true, out InstructionSet set) || !Enum.IsDefined(set))
            throw new OptionException($"{Variable}: expected portable, avx2 or avx512, found \"{forced}\".");
        return IsSupported(set) ? set : throw new OptionException($"{Variable}: {WhyNot(set)}");
    }

    /// <summary>Why a path cannot run, in a sentence.</summary>
    internal static string WhyNot(InstructionSet set) => IsOnProcessor(set)
        ? $"the processor has {NameOf(set)}, but this program was compiled without it or .NET's settings switch it off."
        : $"this processor has no {NameOf(set)}.";
}
