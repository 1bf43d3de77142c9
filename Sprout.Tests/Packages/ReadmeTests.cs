// The README is true: every block of it runs, from the packages, in a folder of its own.
using System.Globalization;

namespace Sprout.Tests.Packages;

[Collection(PackagesCollection.Name)]
public sealed class ReadmeTests(InstalledPackages packages)
{
    [Fact]
    public void Every_block_has_its_test() =>
        Readme.Blocks.Select(block => block.Section).Should().Equal(
            ["Sprout", "Install", "Your own texts", "From C#", "On a GPU"], "each is run by a test here, Install by what all of them use");

    [Fact]
    public void The_two_commands_on_top_are_run_by_continuous_integration()
    {
        string[] commands = [.. Readme.BlockOf("Sprout").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('#')[0].Trim())];
        commands.Should().HaveCount(2);
        File.ReadAllLines(Repository.PathOf(".ci", "run")).Select(line => line.Trim()).Should().Contain(commands);
    }

    [SystemFact("linux", "macos")]
    public void A_file_of_texts_is_trained_on_pruned_and_predicts()
    {
        string printed = packages.RunShell(Readme.BlockOf("Your own texts"));
        printed.Should().Contain("density = 9.99 % of the prunable weights");
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[^1].Should().Contain("\"label\":\"1\"", "its writer appreciated it");
        const string metric = "eval_accuracy = ";
        lines.Where(line => line.StartsWith(metric, StringComparison.Ordinal)).Select(line => double.Parse(line[metric.Length..], CultureInfo.InvariantCulture))
            .Should().HaveCount(3).And.OnlyContain(accuracy => accuracy > 0.74, "the README says 78.6, 78.2 and again 78.2 %, on processors with AVX2");
    }

    [SystemFact("linux", "macos")]
    public void Devices_are_listed() => packages.RunShell(Readme.BlockOf("On a GPU")).Should().Contain("cpu").And.Contain("cuda").And.Contain("opencl");

    [SystemFact("linux", "macos")]
    public void The_program_trains_and_predicts()
    {
        packages.WriteStart();
        packages.RunProgram("readme", Readme.BlockOf("From C#"), "Sprout.Pruning").Trim().Should().MatchRegex(@"^good 0\.[89]\d$|^good 1\.00$");
    }
}
