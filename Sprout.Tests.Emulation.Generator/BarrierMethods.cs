// Which methods reach a barrier.
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sprout.Tests.Emulation.Generator;

/// <summary>The methods that reach a barrier themselves or through a method that they call, by the names of their class and their own.</summary>
internal sealed class BarrierMethods
{
    private readonly HashSet<(string Type, string Method)> methods = [];

    /// <summary>The methods of all files together.</summary>
    public static BarrierMethods In(IEnumerable<CompilationUnitSyntax> files)
    {
        var found = new BarrierMethods();
        List<MethodDeclarationSyntax> all = [.. files.SelectMany(file => file.DescendantNodes().OfType<MethodDeclarationSyntax>())];
        int before;
        do
        {
            before = found.methods.Count;
            foreach (MethodDeclarationSyntax method in all)
                if (method.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(found.Stops)) found.methods.Add((TypeOf(method), method.Identifier.Text));
        }
        while (found.methods.Count > before);
        return found;
    }

    /// <summary>Whether a method reaches a barrier.</summary>
    public bool Contains(MethodDeclarationSyntax method) => methods.Contains((TypeOf(method), method.Identifier.Text));

    /// <summary>Whether a call is the barrier or reaches one.</summary>
    public bool Stops(InvocationExpressionSyntax call) => IsBarrier(call) || Reaches(call);

    /// <summary>Whether a call is the barrier itself.</summary>
    public static bool IsBarrier(InvocationExpressionSyntax call) => call.Expression.ToString() == "Group.Barrier";

    // Unqualified names are those of the class around the call or of one that the file imports with "using static".
    private bool Reaches(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax { Expression: SimpleNameSyntax type, Name: SimpleNameSyntax name } =>
            methods.Contains((type.Identifier.Text, name.Identifier.Text)),
        SimpleNameSyntax name => Imported(call).Any(type => methods.Contains((type, name.Identifier.Text))),
        _ => false,
    };

    private static IEnumerable<string> Imported(InvocationExpressionSyntax call) =>
        call.Ancestors().OfType<TypeDeclarationSyntax>().Select(type => type.Identifier.Text)
            .Concat(call.Ancestors().OfType<CompilationUnitSyntax>().Single().Usings
                .Where(line => line.StaticKeyword.Text.Length > 0).Select(line => line.Name!.ToString().Split('.').Last()));

    private static string TypeOf(MethodDeclarationSyntax method) => method.Ancestors().OfType<TypeDeclarationSyntax>().First().Identifier.Text;
}
