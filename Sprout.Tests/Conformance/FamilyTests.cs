using System.Text.RegularExpressions;
using Sprout.Tensors;

namespace Sprout.Tests.Conformance;

/// <summary>
/// The sections of IBackend.cs name the families of kernels; files of the backends, of their GPU code and of their tests are named after them.
/// </summary>
public sealed class FamilyTests
{
    // The one section that every backend answers in its own file.
    private const string Device = "Device";

    public static TheoryData<string> Backends => ["Sprout.Tensors/Cpu", "Sprout.Tensors/Reference", "Sprout.Tensors.Ilgpu"];

    [Fact]
    public void Every_method_of_the_menu_is_read_from_its_file() =>
        Methods().Select(method => method.Name).Should().BeEquivalentTo(
            typeof(IBackend).GetMethods().Where(method => !method.IsSpecialName).Select(method => method.Name), "otherwise this test would look for too few");

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_backend_has_each_kernel_in_the_file_of_its_family(string folder) =>
        Kernels().Where(kernel => !IsImplemented(Repository.PathOf(folder), kernel.Family, kernel.Name))
            .Should().BeEmpty("each of these belongs in <family>.cs or <family>.<something>.cs of {0}", folder);

    [Fact]
    public void Each_family_has_its_GPU_code_in_a_file_of_its_name() =>
        Kernels().Select(kernel => Repository.PathOf("Sprout.Tensors.Ilgpu", "Kernels", $"{kernel.Family}Kernels.cs")).Where(file => !File.Exists(file))
            .Should().BeEmpty("each of these needs <family>Kernels.cs");

    [Fact]
    public void Each_kernel_has_its_cases_in_the_file_of_its_family() =>
        Kernels().Where(kernel => KernelMenu.Kernels.Contains(kernel.Name) && !HasCases(kernel.Family, kernel.Name))
            .Should().BeEmpty("the cases of each of these belong in <family>Cases.cs");

    private static IEnumerable<(string Family, string Name)> Kernels() => Methods().Where(method => method.Family != Device);

    // The methods of IBackend.cs, each with the first word of the section that it stands in.
    private static List<(string Family, string Name)> Methods()
    {
        List<(string, string)> methods = [];
        string family = "";
        foreach (string line in File.ReadLines(Repository.PathOf("Sprout.Tensors", "IBackend.cs")))
        {
            if (Regex.Match(line, @"^    // ---- (\w+)") is { Success: true } section) family = section.Groups[1].Value;
            else if (Regex.Match(line, @"^    (?:\w+\??|\([^)]*\)\??) (\w+)(<\w+>)?\(") is { Success: true } method)
                methods.Add((family, method.Groups[1].Value));
        }

        return methods;
    }

    private static bool IsImplemented(string folder, string family, string name)
    {
        var method = new Regex($@"^    public (?:\w+\??|\([^)]*\)\??) {name}(<\w+>)?\(", RegexOptions.Multiline);
        return Directory.GetFiles(folder, $"{family}.*").Any(file => method.IsMatch(File.ReadAllText(file)));
    }

    private static bool HasCases(string family, string name)
    {
        string file = Repository.PathOf("Sprout.Tests", "Conformance", "Cases", $"{family}Cases.cs");
        return File.Exists(file) && File.ReadAllText(file).Contains($"nameof(IBackend.{name})", StringComparison.Ordinal);
    }
}
