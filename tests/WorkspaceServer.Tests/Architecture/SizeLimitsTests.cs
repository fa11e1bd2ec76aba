using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>How long a function, a file and the Vault may be. When a limit is reached, split by subject.</summary>
public sealed class SizeLimitsTests
{
    private const int MaxFunctionLines = 70;
    private const int MaxFileLines = 500;
    private const int MaxVaultLines = 2_500;
    private const int MaxProtocolLines = 800;

    private static IEnumerable<SourceFile> CodeFiles => new[] { "src/", "tests/", "ops/" }
        .SelectMany(folder => Repository.FilesUnder(folder, ".cs", ".razor", ".css", ".js", ".mjs", ".sh"));

    [Fact]
    public void NoFileIsTooLong() => Assert.Empty(CodeFiles.SelectMany(TooLong));

    [Fact]
    public void NoFunctionIsTooLong() =>
        Assert.Empty(CodeFiles.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal)).SelectMany(TooLongFunctions));

    [Fact]
    public void TheVaultCanBeReadInOneSitting() =>
        Assert.InRange(Repository.FilesUnder("src/WorkspaceServer.Vault/", ".cs").Sum(file => file.Lines), 1, MaxVaultLines);

    /// <summary>Of code: most of the rest says what each member means on the wire.</summary>
    [Fact]
    public void TheProtocolIsSmall() =>
        Assert.InRange(Repository.FilesUnder("src/WorkspaceServer.Protocol/", ".cs").Sum(CodeLines), 1, MaxProtocolLines);

    [Theory]
    [InlineData(MaxFileLines, 0)]
    [InlineData(MaxFileLines + 1, 1)]
    public void ALongFileIsFound(int lines, int found) =>
        Assert.Equal(found, TooLong(new SourceFile("X.cs", string.Concat(Enumerable.Repeat("//\n", lines)))).Count());

    [Theory]
    [InlineData("class C {{ void M() {{{0}}} }}")]
    [InlineData("class C {{ C() {{{0}}} }}")]
    [InlineData("class C {{ int P {{ get {{{0}}} }} }}")]
    [InlineData("void Local() {{{0}}}")]
    public void ALongFunctionIsFound(string shape)
    {
        var fits = string.Format(null, shape, string.Concat(Enumerable.Repeat("\n", MaxFunctionLines - 1)));
        var tooLong = string.Format(null, shape, string.Concat(Enumerable.Repeat("\n", MaxFunctionLines)));

        Assert.Empty(TooLongFunctions(new SourceFile("X.cs", fits)));
        Assert.Single(TooLongFunctions(new SourceFile("X.cs", tooLong)));
    }

    private static int CodeLines(SourceFile file) =>
        file.Text.Split('\n').Select(line => line.Trim()).Count(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal));

    private static IEnumerable<string> TooLong(SourceFile file) =>
        file.Lines > MaxFileLines ? [$"{file.Path}: {file.Lines} lines"] : [];

    private static IEnumerable<string> TooLongFunctions(SourceFile file) => file.Syntax.DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Select(node => (Node: node, Lines: LinesOf(node)))
        .Where(function => function.Lines > MaxFunctionLines)
        .Select(function => $"{file.At(function.Node)}: {function.Lines} lines");

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
