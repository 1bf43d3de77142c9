// What the processor has, and what of it is used.
using System.Diagnostics;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Tensors;

public sealed class InstructionSetTests
{
    [Fact]
    public void What_runs_is_on_the_processor() =>
        Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported).Should().OnlyContain(set => InstructionSets.IsOnProcessor(set));

    [SystemFact("linux")]
    public void What_is_on_the_processor_is_what_Linux_reads()
    {
        string[] flags = [.. File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal), "").Split(' ')];
        InstructionSets.IsOnProcessor(InstructionSet.Avx2).Should().Be(flags.Contains("avx2") && flags.Contains("fma"));
        InstructionSets.IsOnProcessor(InstructionSet.Avx512).Should().Be(new[] { "avx512f", "avx512bw", "avx512dq", "avx512vl" }.All(flags.Contains));
    }

    [Theory]
    [InlineData(InstructionSet.Portable, "portable")]
    [InlineData(InstructionSet.Avx2, "avx2")]
    [InlineData(InstructionSet.Avx512, "avx512")]
    public void A_backend_says_what_it_is_compiled_for(InstructionSet set, string name)
    {
        if (!InstructionSets.IsSupported(set))
        {
            FluentActions.Invoking(() => CpuBackend.Open(1, set)).Should().Throw<OptionException>().WithMessage("*InstructionSet*this processor has no*");
            return;
        }

        using IBackend backend = CpuBackend.Open(1, set);
        backend.InstructionSet.Should().Be(name);
    }

    [AvxFact]
    public void Instructions_that_lie_idle_are_said_by_devices_and_before_work()
    {
        RunWithoutAvx("devices").Should().ContainSingle(line => line.StartsWith("cpu ", StringComparison.Ordinal))
            .Which.Should().Contain("on the processor but not in this program AVX2");
        RunWithoutAvx("bench", "--mode", "gemm", "--shape", "8x8x8", "--repeat", "1")
            .Should().Contain(line => line.Contains("Slower than it could be") && line.Contains("AVX2"));
    }

    // A program compiled for less than the processor has is the same as one whose .NET has it switched off.
    private static string[] RunWithoutAvx(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "sprout.dll"), .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableAVX2"] = "0";
        start.Environment.Remove(InstructionSets.Variable);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. $"{output}\n{errors.Result}".Split('\n')];
    }

    private sealed class AvxFactAttribute : FactAttribute
    {
        public AvxFactAttribute()
        {
            if (!InstructionSets.IsSupported(InstructionSet.Avx2)) Skip = "This processor has no AVX2.";
        }
    }
}
