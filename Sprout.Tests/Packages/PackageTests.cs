// What a stranger gets who has the packages and not the sources.
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sprout.Tests.Packages;

[Collection(PackagesCollection.Name)]
public sealed class PackageTests(InstalledPackages packages)
{
    // Trains from a list, saves, loads, and asks from eight threads.
    private const string Program = """
        using Sprout.Bert.Data;
        using Sprout.Bert.Prediction;
        using Sprout.Pruning.Runs;
        string[] good = ["superb", "lovely", "great", "brilliant"], bad = ["awful", "dull", "terrible", "poor"];
        TextExample[] reviews = [.. good.Concat(bad).Select((word, i) => new TextExample($"it is {word}", Label: i < 4 ? 1 : 0))];
        var recipe = new Recipe { Task = new() { Model = "start/model" }, Training = new() { Epochs = 40, LearningRate = 1e-3 } };
        Run.Execute(recipe, "from-a-list", new RunSetup { Task = new ListTask(["bad", "good"], train: reviews, eval: reviews) });
        using TextClassifier classifier = TextClassifier.Load("from-a-list");
        int right = 0;
        int Ask() => Enumerable.Range(0, 100).Select(i => reviews[i % 8]).Count(review => classifier.Predict(review.Text).ClassId == review.Label);
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() => Interlocked.Add(ref right, Ask())))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Console.WriteLine($"{right} of 800");
        """;

    [SystemFact("linux", "macos")]
    public void Fifteen_lines_train_from_a_list_save_load_and_predict_from_eight_threads()
    {
        Program.Split('\n').Should().HaveCountLessThanOrEqualTo(15);
        packages.WriteStart();
        packages.RunProgram("fifteen", Program, "Sprout.Pruning").Trim().Should().Be("800 of 800");
    }

    [Fact]
    public void Packages_carry_what_their_readers_need()
    {
        string[] files = Directory.GetFiles(packages.Folder, "*.nupkg");
        files.Select(file => Regex.Replace(Path.GetFileName(file), @"\.\d.*", "")).Should().BeEquivalentTo(
            "Sprout.Tensors", "Sprout.Tensors.Ilgpu", "Sprout.Autograd", "Sprout.Bert", "Sprout.Pruning", "Sprout.Export", "Sprout.Cli");
        foreach (string file in files)
        {
            using ZipArchive package = ZipFile.OpenRead(file);
            string[] entries = [.. package.Entries.Select(entry => entry.FullName)];
            entries.Should().Contain("README.md", file);
            int models = entries.Count(entry => entry.EndsWith("model.safetensors", StringComparison.Ordinal));
            models.Should().Be(file.Contains("Sprout.Cli", StringComparison.Ordinal) ? 1 : 0, "the command alone carries its model, and once: {0}", file);
            using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            XElement metadata = XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
            metadata.Elements().Where(element => element.Value.Length > 0).Select(element => element.Name.LocalName)
                .Should().Contain(["id", "version", "authors", "license", "readme", "description", "tags"], file);
            File.Exists(Path.ChangeExtension(file, ".snupkg")).Should().BeTrue("{0} has symbols", file);
        }
    }

    [Fact]
    public void The_tensors_need_no_package()
    {
        string file = Directory.GetFiles(packages.Folder, "Sprout.Tensors.*.nupkg").Single(file => !file.Contains("Ilgpu", StringComparison.Ordinal));
        using ZipArchive package = ZipFile.OpenRead(file);
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        XDocument.Load(stream).Descendants().Should().NotContain(element => element.Name.LocalName == "dependency");
    }
}
