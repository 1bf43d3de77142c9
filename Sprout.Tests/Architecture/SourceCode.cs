// The production code, as the compiler reads it.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sprout.Tests.Architecture;

/// <summary>A place in the code where a folder uses another one.</summary>
internal sealed record Reference(string From, string To, string File, int Line, string Name);

/// <summary>All production sources in one compilation. What source generators add is left out: it belongs to the file that asks for it.</summary>
internal static class SourceCode
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Threading; global using System.Threading.Tasks;
        """;

    /// <summary>The projects that are shipped.</summary>
    public static string[] Projects { get; } =
    [
        .. Directory.EnumerateDirectories(Repository.Root, "Sprout.*").Select(path => Path.GetFileName(path))
            .Where(name => name != "Sprout.Fuzz" && !name.StartsWith("Sprout.Tests", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Their source files, relative to the checkout.</summary>
    public static string[] Files { get; } = [.. Projects.SelectMany(FilesOf)];

    /// <summary>The source files of all projects, those of tests and benchmarks too.</summary>
    public static string[] AllFiles { get; } = [.. FilesOf(".")];

    /// <summary>Every use of one namespace by another.</summary>
    public static IReadOnlyList<Reference> References { get; } = FindReferences();

    /// <summary>The source files of a folder, which may be a project's.</summary>
    public static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")).Order(StringComparer.Ordinal);

    /// <summary>The namespace that a file ought to have: its path.</summary>
    public static string NamespaceOf(string file) => Path.GetDirectoryName(file)!.Replace(Path.DirectorySeparatorChar, '.');

    private static List<Reference> FindReferences()
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None);
        SyntaxTree[] trees = [.. Files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.PathOf(file)), options, file))];
        IEnumerable<MetadataReference> libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("sprout", StringComparison.OrdinalIgnoreCase))
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Sprout", [CSharpSyntaxTree.ParseText(ImplicitUsings, options), .. trees], libraries,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
        var found = new List<Reference>();
        foreach (SyntaxTree tree in trees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            string own = NamespaceOf(tree.FilePath);
            // Names, var among them, and new() without one.
            foreach (SyntaxNode name in tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax)
                .Where(node => node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax))
            {
                SymbolInfo info = model.GetSymbolInfo(name);
                if ((info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) is not { } symbol) continue;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
                string? other = type?.ContainingNamespace?.ToDisplayString();
                if (other is null || other == own || !other.StartsWith("Sprout.", StringComparison.Ordinal)) continue;
                found.Add(new Reference(own, other, tree.FilePath, tree.GetLineSpan(name.Span).StartLinePosition.Line + 1, name.ToString()));
            }
        }

        return found;
    }
}
