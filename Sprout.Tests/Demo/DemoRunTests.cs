// The demo's runs, shortened.
using Sprout.Bert.Models;
using Sprout.Cli.Demo;

namespace Sprout.Tests.Demo;

public sealed class DemoRunTests
{
    [Fact]
    public void The_embedded_model_is_small_and_whole()
    {
        new FileInfo(Path.Combine(DemoAssets.ModelFolder, ModelFolder.WeightsFile)).Length.Should().BeLessThan(4 << 20);
        File.ReadAllText(Path.Combine(DemoAssets.ModelFolder, "vocab.txt")).Should().Be(DemoVocabulary.FileContent);
    }

    [Fact]
    public void The_recipes_are_four_methods_at_two_targets_with_and_without_a_teacher()
    {
        DemoRecipes.Pruned.Should().HaveCount(16).And.OnlyHaveUniqueItems();
        DemoRecipes.Pruned.Select(recipe => recipe.Method).Distinct().Should().Equal("magnitude", "movement", "soft-movement", "l0");
    }

    [Fact]
    public void A_pruned_run_starts_from_the_dense_one_and_keeps_what_it_says()
    {
        (DemoOutcome dense, float[][] weights) = DemoRun.Train(DemoRecipes.Dense, seed: 0, steps: 10, 1e-3, null, default);
        dense.Density.Should().Be(1);
        DemoRecipe recipe = DemoRecipes.Pruned.First(item => item is { Method: "movement", Target: 0.03, Distilled: true });
        (DemoOutcome first, _) = DemoRun.Train(recipe, seed: 0, steps: 20, 1e-3, weights, default);
        (DemoOutcome second, _) = DemoRun.Train(recipe, seed: 0, steps: 20, 1e-3, weights, default);
        first.Density.Should().BeApproximately(0.03, 1e-4);
        first.NonZeros.Should().Be((long)Math.Round(first.Density * 98_304));
        second.Accuracy.Should().Be(first.Accuracy);
    }
}
