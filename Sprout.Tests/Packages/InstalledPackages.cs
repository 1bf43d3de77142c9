using System.Diagnostics;
using System.Reflection;

namespace Sprout.Tests.Packages;

/// <summary>
/// The packages of this build and the command installed from them, as the README says it, and a folder in which a stranger works with both. Only the
/// packages of Sprout can be restored there.
/// </summary>
public sealed class InstalledPackages : IDisposable
{
    private static readonly string Configuration = typeof(InstalledPackages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private readonly string root = Directory.CreateTempSubdirectory("sprout-packages-").FullName;
    private readonly string tools;

    public InstalledPackages()
    {
        Folder = Path.Combine(root, "packages");
        Work = Directory.CreateDirectory(Path.Combine(root, "work")).FullName;
        tools = Path.Combine(root, "tools");
        // The cache of packages is our own too: the machine's would keep these for ever, and give them out where newer ones of the same version are meant.
        File.WriteAllText(Path.Combine(root, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(root, "cache")}" /></config>
              <packageSources><clear /><add key="sprout" value="{Folder}" /></packageSources>
            </configuration>
            """);
        string[] install = Readme.BlockOf("Install").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        install.Should().HaveCount(2);
        Run(Words(install[0]).Replace("Sprout.sln", Repository.PathOf("Sprout.sln")).Replace("Release", Configuration).Append("--no-build"), root);
        Run(Words(install[1]).Replace("--global", $"--tool-path={tools}"), root);
    }

    /// <summary>Where the packages are.</summary>
    public string Folder { get; }

    /// <summary>A folder to work in.</summary>
    public string Work { get; }

    /// <summary>Writes the demo's model and data into the folder "start".</summary>
    public void WriteStart() => RunShell("sprout demo --write-data start --corpus-lines 1");

    /// <summary>Builds a program that refers to packages of Sprout only, and runs it in the folder to work in; returns what it prints.</summary>
    public string RunProgram(string name, string source, params string[] references)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName, output = Path.Combine(folder, "out");
        File.WriteAllText(Path.Combine(folder, "Program.cs"), source);
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(references.Select(reference => $"<PackageReference Include=\"{reference}\" Version=\"*\" />"))}
              </ItemGroup>
            </Project>
            """);
        Run(["dotnet", "build", folder, "-c", "Release", "-o", output], folder);
        return Run(["dotnet", Path.Combine(output, $"{name}.dll")], Work);
    }

    /// <summary>Runs lines of a shell in the folder to work in, with the installed command on its path; returns what they print.</summary>
    public string RunShell(string lines) => Run(["bash", "-e", "-c", lines], Work);

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string Run(IEnumerable<string> command, string folder)
    {
        string line = string.Join(' ', command);
        var start = new ProcessStartInfo(command.First(), command.Skip(1))
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // What the MSBuild of this test run has set would lead another one astray.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["PATH"] = tools + Path.PathSeparator + start.Environment["PATH"];
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, "{0} prints\n{1}\n{2}", line, output, errors.Result);
        output.Should().NotContain("warning", "{0} has nothing to warn of", line);
        return output;
    }
}

internal static class Replacing
{
    /// <summary>The words of a command with one of them replaced; it has to be there.</summary>
    public static IEnumerable<string> Replace(this IEnumerable<string> words, string word, string replacement)
    {
        words.Should().Contain(word);
        return [.. words.Select(one => one == word ? replacement : one)];
    }
}

/// <summary>All tests that use the packages, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<InstalledPackages>
{
    public const string Name = "packages";
}
