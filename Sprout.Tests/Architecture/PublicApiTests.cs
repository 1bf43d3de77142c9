// What the libraries show to the outside, written down: a change of it is a decision, seen in a diff.
using System.Reflection;
using PublicApiGenerator;

namespace Sprout.Tests.Architecture;

public sealed class PublicApiTests
{
    // Set to 1, the test writes down what it finds.
    private const string Rewrite = "SPROUT_REWRITE_API";

    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    public static TheoryData<string> Libraries =>
        ["Sprout.Tensors", "Sprout.Tensors.Ilgpu", "Sprout.Autograd", "Sprout.Bert", "Sprout.Pruning", "Sprout.Export"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_interface_is_the_one_that_is_written_down(string library)
    {
        string file = Repository.PathOf("Sprout.Tests", "Architecture", "PublicApi", $"{library}.txt");
        string found = Assembly.Load(library).GeneratePublicApi(Options).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable(Rewrite) == "1") File.WriteAllText(file, found);
        found.Should().Be(File.ReadAllText(file), "a change that is meant is written down with {0}=1", Rewrite);
    }
}
