// A pruned model is trained without being filled.
using System.Text.Json.Nodes;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Pruning;

public sealed class KeptZerosTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void Zeros_stay_and_everything_else_learns_and_an_interruption_changes_no_bit()
    {
        string pruned = tiny.Train("pruned", "--method=movement --density=0.3");
        const string options = "--model=$F/pruned --keep-zeros --save-every=2 --save-total-limit=9";
        string tuned = tiny.Train("tuned", options);
        Dictionary<string, float[]> before = Weights(pruned), after = Weights(tuned);
        foreach ((string name, float[] values) in before)
        {
            float[] now = after[name];
            now.Should().NotEqual(values, name);
            if (!IsPrunable(name)) continue;
            values.Count(value => value == 0).Should().BeGreaterThan(values.Length / 2, name);
            now.Where((value, i) => value == 0 != (values[i] == 0)).Should().BeEmpty(name);
        }

        JsonObject report = TinyRun.ReadJson(tuned, "pruning.json");
        report["method"]!.GetValue<string>().Should().Be("keep-zeros");
        string broken = Directory.CreateDirectory(tiny.PathOf("broken")).FullName;
        File.Copy(Path.Combine(tuned, "training_options.json"), Path.Combine(broken, "training_options.json"));
        Directory.CreateDirectory(Path.Combine(broken, "checkpoint-4"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(tuned, "checkpoint-4")))
            File.Copy(file, Path.Combine(broken, "checkpoint-4", Path.GetFileName(file)));
        tiny.Train("broken", options + " --resume");
        File.ReadAllBytes(Path.Combine(broken, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(tuned, "model.safetensors")));
        // Without the option the zeros fill.
        Weights(tiny.Train("filled", "--model=$F/pruned"))["bert.encoder.layer.0.attention.self.query.weight"].Should().NotContain(0f);
    }

    [Theory]
    [InlineData("--keep-zeros", "--keep-zeros has no effect: no prunable weight of the start model is 0.")]
    [InlineData("--keep-zeros --method=magnitude --density=0.5", "--keep-zeros and --method magnitude exclude each other")]
    [InlineData("--keep-zeros --density=0.5", "--density has no effect without --method")]
    public void What_cannot_be_meant_is_refused(string options, string message)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2, result.Log);
        result.Log.Should().Contain(message);
        Directory.Exists(tiny.PathOf("refused")).Should().BeFalse();
    }

    private static bool IsPrunable(string name) =>
        name.StartsWith("bert.encoder.layer.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal)
        && !name.Contains("LayerNorm", StringComparison.Ordinal);

    private static Dictionary<string, float[]> Weights(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return file.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            var values = new float[entry.Count];
            file.ReadFloat32(entry, values);
            return values;
        });
    }
}
