// Which checkpoints stay.
namespace Sprout.Tests.Training;

public sealed class CheckpointLimitTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void The_checkpoint_just_written_outlives_damaged_ones_of_later_steps()
    {
        const string options = "--max-steps=9 --save-every=1 --save-total-limit=2 --eval-every=0";
        string whole = tiny.Train("whole", options.Replace("limit=2", "limit=99", StringComparison.Ordinal));
        string broken = Directory.CreateDirectory(tiny.PathOf("broken")).FullName;
        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(broken, "training_options.json"));
        foreach (int step in (int[])[5, 7, 8])
        {
            string to = Directory.CreateDirectory(Path.Combine(broken, $"checkpoint-{step}")).FullName;
            foreach (string file in Directory.EnumerateFiles(Path.Combine(whole, $"checkpoint-{step}")))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            if (step > 5) File.WriteAllText(Path.Combine(to, "model.safetensors"), "damaged");
        }

        CommandResult result = TinyRun.Run(tiny.Arguments("broken", options + " --resume"));
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("checkpoint-8 is passed over").And.Contain("checkpoint-5.");
        string[] seen = [.. Directory.EnumerateDirectories(broken, "checkpoint-*").Select(path => Path.GetFileName(path)).Order()];
        seen.Should().Equal("checkpoint-7", "checkpoint-8");
        foreach (string name in seen)
        {
            string weights = Path.Combine(name, "model.safetensors");
            File.ReadAllBytes(Path.Combine(broken, weights)).Should().Equal(File.ReadAllBytes(Path.Combine(whole, weights)), name);
        }

        File.ReadAllBytes(Path.Combine(broken, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")));
        // What is finished goes on from there, to the same bits.
        tiny.Train("broken", options + " --resume");
        File.ReadAllBytes(Path.Combine(broken, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")));
    }
}
