// What a stranger gets who has the packages and not the sources.
using System.IO.Compression;
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
        TextExample[] reviews = [.. good.Select(word => new TextExample($"it is {word}", Label: 1)), .. bad.Select(word => new TextExample($"it is {word}", Label: 0))];
        var recipe = new Recipe { Task = new() { Model = "start/model" }, Training = new() { Epochs = 40, LearningRate = 1e-3 } };
        Run.Execute(recipe, "from-a-list", new RunSetup { Task = new ListTask(["bad", "good"], train: reviews, eval: reviews) });
        using TextClassifier classifier = TextClassifier.Load("from-a-list");
        int right = 0;
        bool IsRight(TextExample review) => classifier.Predict(review.Text).ClassId == review.Label;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() => Interlocked.Add(ref right, Enumerable.Range(0, 100).Count(i => IsRight(reviews[i % 8])))))];
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
        files.Select(file => Path.GetFileName(file).Split(".0")[0]).Should().BeEquivalentTo(
            "Sprout.Tensors", "Sprout.Tensors.Ilgpu", "Sprout.Autograd", "Sprout.Bert", "Sprout.Pruning", "Sprout.Export", "Sprout.Cli");
        foreach (string file in files)
        {
            using ZipArchive package = ZipFile.OpenRead(file);
            string[] entries = [.. package.Entries.Select(entry => entry.FullName)];
            entries.Should().Contain("README.md", file);
            entries.Count(entry => entry.EndsWith("model.safetensors", StringComparison.Ordinal))
                .Should().Be(file.Contains("Sprout.Cli", StringComparison.Ordinal) ? 1 : 0, "the command carries its model once, and nothing else does: {0}", file);
            using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            XElement metadata = XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
            foreach (string name in new[] { "id", "version", "authors", "license", "readme", "description", "tags" })
                metadata.Elements().Should().Contain(element => element.Name.LocalName == name && element.Value.Length > 0, "{0} says its {1}", file, name);
            File.Exists(Path.ChangeExtension(file, ".snupkg")).Should().BeTrue("{0} has symbols", file);
        }
    }

    [Fact]
    public void The_tensors_need_no_package()
    {
        using ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(packages.Folder, "Sprout.Tensors.*.nupkg").Single(file => !file.Contains("Ilgpu", StringComparison.Ordinal)));
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        XDocument.Load(stream).Descendants().Should().NotContain(element => element.Name.LocalName == "dependency");
    }
}
