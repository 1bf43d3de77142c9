using System.Runtime.Intrinsics.X86;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// Bytes of a core's level-2 cache and of the level-3 cache that it shares, read once from the processor (CPUID leaf 4 of Intel, 0x8000001D of AMD, or
/// 0x80000006, which tells the level-2 cache also in virtual machines that hide the others). Where they are not told, on other processors or in some virtual
/// machines, sizes that were usual in 2020. Block sizes follow from them; results do not.
/// </summary>
internal sealed record CacheSizes(long Level2, long Level3)
{
    private const int IntelLeaf = 4, AmdLeaf = unchecked((int)0x8000001D), Level2Leaf = unchecked((int)0x80000006), HighestAmdLeaf = unchecked((int)0x80000000);
    private const int MostCaches = 16;

    /// <summary>Those of this processor.</summary>
    public static CacheSizes Own { get; } = Read();

    // What is assumed where nothing is told, and the least and most that is believed.
    private static CacheSizes Usual => new(512 << 10, 16 << 20);

    private static CacheSizes Read()
    {
        if (!X86Base.IsSupported) return Usual;
        bool amd = unchecked((uint)X86Base.CpuId(HighestAmdLeaf, 0).Eax) >= unchecked((uint)AmdLeaf);
        CacheSizes found = amd ? Read(AmdLeaf) : new(0, 0);
        if (found.Level2 == 0 && X86Base.CpuId(0, 0).Eax >= IntelLeaf) found = Read(IntelLeaf);
        // Kilobytes in the upper half. What it says of the level-3 cache is the sum of all that the processor has.
        if (amd && found.Level2 == 0) found = found with { Level2 = (long)(unchecked((uint)X86Base.CpuId(Level2Leaf, 0).Ecx) >> 16) << 10 };
        return new CacheSizes(
            found.Level2 is >= 128 << 10 and <= 64 << 20 ? found.Level2 : Usual.Level2,
            found.Level3 is >= 1 << 20 and <= 2L << 30 ? found.Level3 : Usual.Level3);
    }

    private static CacheSizes Read(int leaf)
    {
        long level2 = 0, level3 = 0;
        for (int i = 0; i < MostCaches; i++)
        {
            (int eax, int ebx, int ecx, _) = X86Base.CpuId(leaf, i);
            int type = eax & 31, level = (eax >> 5) & 7;
            if (type == 0) break;
            // Ways × partitions × bytes of a line × sets, each stored less one.
            long bytes = (((ebx >> 22) & 1023) + 1L) * (((ebx >> 12) & 1023) + 1) * ((ebx & 4095) + 1) * ((uint)ecx + 1L);
            if (level == 2) level2 = bytes;
            if (level == 3) level3 = bytes;
        }

        return new CacheSizes(level2, level3);
    }
}
