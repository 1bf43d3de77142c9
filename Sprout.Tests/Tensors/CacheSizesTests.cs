// The caches that the processor tells of.
using Sprout.Tensors.Cpu.Gemm;

namespace Sprout.Tests.Tensors;

public sealed class CacheSizesTests
{
    private const string Caches = "/sys/devices/system/cpu/cpu0/cache";

    [Fact]
    public void Sizes_are_believable_and_grow_with_the_level()
    {
        CacheSizes.Own.Level2.Should().BeInRange(128 << 10, 64 << 20);
        CacheSizes.Own.Level3.Should().BeInRange(1 << 20, 2L << 30);
    }

    [CachesFact]
    public void They_are_those_that_Linux_reads()
    {
        foreach (string cache in Directory.GetDirectories(Caches, "index*"))
        {
            long Told() =>
                long.Parse(File.ReadAllText(Path.Combine(cache, "size")).Trim().TrimEnd('K'), System.Globalization.CultureInfo.InvariantCulture) << 10;
            switch (File.ReadAllText(Path.Combine(cache, "level")).Trim())
            {
                case "2": CacheSizes.Own.Level2.Should().Be(Told()); break;
                case "3": CacheSizes.Own.Level3.Should().Be(Told()); break;
                default: break;
            }
        }
    }

    private sealed class CachesFactAttribute : FactAttribute
    {
        public CachesFactAttribute()
        {
            if (!Directory.Exists(Caches) || !System.Runtime.Intrinsics.X86.X86Base.IsSupported) Skip = $"Needs an x86 processor of which {Caches} tells.";
        }
    }
}
