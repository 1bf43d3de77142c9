// Methods with barriers become iterators.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sprout.Tests.Emulation.Generator;

/// <summary>Rewrites the methods that reach a barrier; everything else stays as it is.</summary>
/// <param name="barriers">Which methods those are.</param>
/// <param name="report">Takes the text of a call or method that cannot be rewritten.</param>
internal sealed class CoroutineRewriter(BarrierMethods barriers, Action<string> report) : CSharpSyntaxRewriter
{
    private const string Suffix = "Steps";

    private bool isInside;

    /// <inheritdoc/>
    public override SyntaxNode? VisitClassDeclaration(ClassDeclarationSyntax node)
    {
        var members = node.Members.SelectMany(member =>
            member is MethodDeclarationSyntax method && barriers.Contains(method) ? Coroutine(method) : [(MemberDeclarationSyntax)Visit(member)]);
        return node.WithMembers(SyntaxFactory.List(members));
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        if (!isInside || node.Expression is not InvocationExpressionSyntax call || !barriers.Stops(call)) return base.VisitExpressionStatement(node);
        if (BarrierMethods.IsBarrier(call)) return SyntaxFactory.ParseStatement("yield return true;");
        SimpleNameSyntax name = call.Expression.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Last(part => part.Parent is not TypeArgumentListSyntax);
        InvocationExpressionSyntax steps = call.ReplaceNode(name, name.WithIdentifier(SyntaxFactory.Identifier(name.Identifier.Text + Suffix)));
        return SyntaxFactory.ParseStatement($"foreach (bool step in {steps.ToFullString()}) yield return step;");
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        // Statements were taken above, so this one is part of an expression.
        if (barriers.Stops(node)) report(node.ToString());
        return base.VisitInvocationExpression(node);
    }

    /// <inheritdoc/>
    public override SyntaxNode? VisitReturnStatement(ReturnStatementSyntax node) =>
        isInside ? SyntaxFactory.ParseStatement("yield break;") : base.VisitReturnStatement(node);

    private IEnumerable<MemberDeclarationSyntax> Coroutine(MethodDeclarationSyntax method)
    {
        if (method.ReturnType.ToString() != "void" || method.Body is null || method.ParameterList.Parameters.Any(parameter => parameter.Modifiers.Count > 0))
            report(method.Identifier.Text);
        string types = method.TypeParameterList is { } list ? $"<{string.Join(", ", list.Parameters.Select(parameter => parameter.Identifier.Text))}>" : "";
        string arguments = string.Join(", ", method.ParameterList.Parameters.Select(parameter => parameter.Identifier.Text));
        string name = method.Identifier.Text + Suffix;
        isInside = true;
        var body = (BlockSyntax)Visit(method.Body)!;
        isInside = false;
        yield return method.WithBody(SyntaxFactory.Block(SyntaxFactory.ParseStatement($"Group.Run({name}{types}({arguments}));")));
        yield return method.WithIdentifier(SyntaxFactory.Identifier(name))
            .WithReturnType(SyntaxFactory.ParseTypeName("System.Collections.Generic.IEnumerable<bool> ")).WithBody(body);
    }
}
