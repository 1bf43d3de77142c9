// One seed gives the same bits on any number of threads.
namespace Sprout.Tests.Training;

public sealed class DeterminismTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [ClassData(typeof(Methods))]
    public void Same_seed_same_bits_on_1_2_and_3_threads(string name, string options)
    {
        tiny.MakeModel("teacher", 2);
        string one = tiny.Train("one", options);
        foreach (string threads in (string[])["2", "3"])
        {
            string more = tiny.Train("on" + threads, $"{options} --threads={threads}");
            foreach (string file in (string[])["model.safetensors", "scores.safetensors"])
            {
                File.Exists(Path.Combine(more, file)).Should().Be(File.Exists(Path.Combine(one, file)), name);
                if (File.Exists(Path.Combine(one, file))) Same(one, more, file).Should().BeTrue($"{name}: {file} on {threads} threads");
            }
        }
    }

    [Fact]
    public void Another_seed_gives_other_weights() =>
        Same(tiny.Train("one", "--seed=1"), tiny.Train("two", "--seed=2"), "model.safetensors").Should().BeFalse();

    private static bool Same(string first, string second, string file) =>
        File.ReadAllBytes(Path.Combine(first, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(second, file)));
}
