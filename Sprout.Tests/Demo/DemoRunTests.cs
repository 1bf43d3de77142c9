// The demo's runs, shortened.
using Sprout.Bert.Sources;
using Sprout.Cli.Demo;
using Sprout.Pruning.Runs;

namespace Sprout.Tests.Demo;

public sealed class DemoRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_embedded_model_is_small_and_whole()
    {
        new FileInfo(Path.Combine(DemoAssets.ModelFolder, HuggingFaceFolder.WeightsFile)).Length.Should().BeLessThan(4 << 20);
        File.ReadAllText(Path.Combine(DemoAssets.ModelFolder, "vocab.txt")).Should().Be(DemoVocabulary.FileContent);
    }

    [Fact]
    public void The_runs_are_four_methods_at_two_targets_with_and_without_a_teacher()
    {
        DemoRun.Pruned.Should().HaveCount(16).And.OnlyHaveUniqueItems();
        DemoRun.Pruned.Select(run => run.Method).Distinct().Should().Equal("magnitude", "movement", "soft-movement", "l0");
        DemoRun.Pruned.Select(run => run.FolderName).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_pruned_run_starts_from_the_dense_one_and_keeps_what_it_says()
    {
        var setup = new RunSetup { Task = DemoRun.Task };
        string dense = folder.File("dense");
        Run.Execute(Short(DemoRun.Dense.RecipeOf(0, null), 10), dense, setup).Density.Should().Be(1);
        DemoRun movement = DemoRun.Pruned.First(item => item is { Method: "movement", Target: 0.03, Distilled: true });
        Recipe recipe = Short(movement.RecipeOf(0, dense), 20);
        recipe.Task.Teacher.Should().Be(dense);
        RunResult first = Run.Execute(recipe, null, setup), second = Run.Execute(recipe, null, setup);
        first.Density.Should().BeApproximately(0.03, 1e-4);
        first.Pruning!.Kept.Should().Be((long)Math.Round(first.Density * 98_304));
        second.Metrics["eval_loss"].Should().Be(first.Metrics["eval_loss"]);
    }

    private static Recipe Short(Recipe recipe, int steps) => recipe with { Training = recipe.Training with { MaxSteps = steps, WarmupSteps = steps / 10 } };
}
