// The same training run on a device and on the processor.
using System.Text.Json.Nodes;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Ilgpu;

public sealed class TrainingTests : IDisposable
{
    // One layer, because ILGPU's processor device runs every GPU thread as a thread of the operating system.
    private const string ThreeSteps =
        "--model=- --config=$F/one-layer.json --vocab=$F/model/vocab.txt --max-steps=3 --max-eval-samples=4 --save-every=0 "
        + "--method=movement --density=0.3 --initial-density=0.8 --schedule-warmup=0 --initial-warmup=0 --final-warmup=0 --train-embeddings=true";

    // The scores of attention do not see it: its true gradient is 0, and Adam makes steps of what rounding leaves.
    private const string Unseen = "attention.self.key.bias";

    private readonly TinyRun tiny = new();

    public TrainingTests()
    {
        JsonObject config = TinyRun.ReadJson(tiny.Model, "config.json");
        config["num_hidden_layers"] = 1;
        tiny.Write("one-layer.json", config.ToJsonString());
    }

    /// <summary>The kinds of device that this machine has.</summary>
    public static TheoryData<string> Kinds => [.. new[] { "ilgpu-cpu", "opencl", "cuda", "cuda-cublas" }.Where(kind => Devices.WhyMissing(kind) is null)];

    public void Dispose() => tiny.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_agrees_with_the_processor(string kind)
    {
        string expected = tiny.Train("cpu", ThreeSteps), found = tiny.Train("device", $"{ThreeSteps} --device={kind}");
        double Loss(string folder) => TinyRun.ReadJson(folder, "eval_results.json")["eval_loss"]!.GetValue<double>();
        Loss(found).Should().BeApproximately(Loss(expected), 1e-4);
        foreach (string file in new[] { "model.safetensors", "scores.safetensors" })
        {
            using SafetensorsFile wanted = SafetensorsFile.Open(Path.Combine(expected, file)), given = SafetensorsFile.Open(Path.Combine(found, file));
            int entries = 0, otherMask = 0;
            foreach (SafetensorsEntry entry in wanted.Entries.Where(entry => !entry.Name.EndsWith(Unseen, StringComparison.Ordinal)))
            {
                float[] a = Values(wanted, entry), b = Values(given, entry);
                a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Max().Should().BeLessThan(1e-4, "{0} of {1}", entry.Name, file);
                entries += a.Length;
                otherMask += a.Zip(b).Count(pair => pair.First == 0 != (pair.Second == 0));
            }

            otherMask.Should().BeLessThanOrEqualTo(entries / 1000, "{0} has to keep the same entries", file);
        }
    }

    private static float[] Values(SafetensorsFile file, SafetensorsEntry entry)
    {
        var values = new float[entry.Count];
        file.TryGet(entry.Name, out SafetensorsEntry? own).Should().BeTrue(entry.Name);
        file.ReadFloat32(own!, values);
        return values;
    }
}
