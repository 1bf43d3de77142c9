// The walls of the house, read off the code.
using System.Text.RegularExpressions;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Architecture;

public sealed partial class ArchitectureTests
{
    // Bottom to top: a folder may use those before it.
    private static readonly string[] Folders =
    [
        "Sprout.Tensors.Random", "Sprout.Tensors.Simd", "Sprout.Tensors.Ops", "Sprout.Tensors", "Sprout.Tensors.Host", "Sprout.Tensors.IO",
        "Sprout.Tensors.IO.Coding",
        "Sprout.Tensors.Reference", "Sprout.Tensors.Cpu.Threads", "Sprout.Tensors.Cpu.Gemm", "Sprout.Tensors.Cpu.Sparse", "Sprout.Tensors.Cpu.Integers",
        "Sprout.Tensors.Cpu.Selection", "Sprout.Tensors.Cpu",
        "Sprout.Tensors.Devices",
        "Sprout.Tensors.Ilgpu.Kernels", "Sprout.Tensors.Ilgpu",
        "Sprout.Autograd", "Sprout.Autograd.Functions", "Sprout.Autograd.Modules", "Sprout.Autograd.Optim",
        "Sprout.Bert.Files", "Sprout.Bert.Tokenization", "Sprout.Bert.Metrics", "Sprout.Bert.Data", "Sprout.Bert.Models", "Sprout.Bert.Models.Architectures",
        "Sprout.Bert.Sources", "Sprout.Bert.Prediction", "Sprout.Bert.Training", "Sprout.Bert.Objectives", "Sprout.Bert.Tasks",
        "Sprout.Pruning.Latency", "Sprout.Pruning", "Sprout.Pruning.Methods", "Sprout.Pruning.Structure", "Sprout.Pruning.Inspection", "Sprout.Pruning.Runs",
        "Sprout.Export.TensorBoard", "Sprout.Export.Onnx",
        "Sprout.Cli.Shell", "Sprout.Cli.Options", "Sprout.Cli.Demo", "Sprout.Cli.Bench", "Sprout.Cli.Commands", "Sprout.Cli",
    ];

    [Fact]
    public void Every_namespace_is_its_path() =>
        SourceCode.Files.Where(file => !File.ReadLines(Repository.PathOf(file)).Contains($"namespace {SourceCode.NamespaceOf(file)};")).Should().BeEmpty();

    [Fact]
    public void Every_folder_has_its_place() => SourceCode.Files.Select(SourceCode.NamespaceOf).Distinct().Should().BeEquivalentTo(Folders);

    [Fact]
    public void Folders_use_only_what_lies_below_them()
    {
        SourceCode.References.Should().HaveCountGreaterThan(5000, "the code is read, not only parsed");
        SourceCode.References.Where(use => Array.IndexOf(Folders, use.To) >= Array.IndexOf(Folders, use.From))
            .Select(use => $"{use.File}:{use.Line} uses {use.To} ({use.Name})").Should().BeEmpty();
    }

    [Fact]
    public void Tensors_depend_on_no_package() =>
        File.ReadAllText(Repository.PathOf("Sprout.Tensors", "Sprout.Tensors.csproj"))
            .Should().NotContain("PackageReference").And.NotContain("ProjectReference");

    [Fact]
    public void Options_are_spelled_as_on_the_command_line_in_the_command_only() =>
        SourceCode.Projects.Where(project => project != "Sprout.Cli").SelectMany(SourceCode.FilesOf)
            .Where(file => CommandLineOption().IsMatch(File.ReadAllText(Repository.PathOf(file)))).Should().BeEmpty();

    // The folder of a run is an argument of Run.Execute.
    [Fact]
    public void Options_in_messages_are_properties()
    {
        Type[] options =
            [typeof(TaskOptions), typeof(TrainingOptions), typeof(PruningOptions), typeof(DeviceOptions), typeof(PredictorOptions), typeof(RunSetup),
            typeof(SparseFileOptions)];
        string[] properties = [.. options.SelectMany(type => type.GetProperties()).Select(property => property.Name), "Output"];
        string[] named = [.. SourceCode.Files.SelectMany(file => OptionInMessage().Matches(File.ReadAllText(Repository.PathOf(file))))
            .Select(match => match.Groups["name"].Value)];
        named.Should().HaveCountGreaterThan(25);
        named.Except(properties).Should().BeEmpty();
    }

    [Fact]
    public void Files_and_lines_are_short()
    {
        foreach (string file in SourceCode.AllFiles)
        {
            string[] lines = File.ReadAllLines(Repository.PathOf(file));
            lines.Length.Should().BeLessThanOrEqualTo(400, "{0} would be two rooms", file);
            lines.Select((line, i) => (line.Length, i + 1)).Where(line => line.Length > 160).Should().BeEmpty("{0} has long lines", file);
        }
    }

    [GeneratedRegex("""(OptionName\(|OptionException\.(Expected|Require)\([^"]*|= new\()["](?<name>[A-Z]\w+)["]""")]
    private static partial Regex OptionInMessage();

    [GeneratedRegex("[\"> (]--[a-z]")]
    private static partial Regex CommandLineOption();
}
