using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>SQL is constant text with parameters; the few places that must splice something in are listed with the reason.</summary>
public sealed partial class SqlTextTests
{
    // The file, how the spliced statement begins, and why that is safe.
    private static readonly (string Path, string Start, string Reason)[] Allowed =
    [
        ("src/WorkspaceServer.Vault/Databases/EncryptedDatabase.cs", "PRAGMA", "A pragma takes no parameter; the values are our own numbers and words."),
        ("src/WorkspaceServer/Control/Migrations.cs", "PRAGMA user_version", "A pragma takes no parameter; the value is the number of a migration file."),
    ];

    [Fact]
    [Trait("claim", "A67")]
    public void NoSqlIsPutTogetherFromPieces()
    {
        var files = Repository.FilesUnder("src/", ".cs").ToList();
        var spliced = files.SelectMany(Spliced).ToList();

        Assert.NotEmpty(files);
        Assert.DoesNotContain(spliced, found => !Allowed.Any(entry => Covers(entry, found)));
        Assert.All(Allowed, entry => Assert.Contains(spliced, found => Covers(entry, found)));
    }

    [Theory]
    [Trait("claim", "A67")]
    [InlineData("command.CommandText = $\"SELECT * FROM {table}\";")]
    [InlineData("command.CommandText = \"SELECT * FROM \" + table;")]
    [InlineData("command.CommandText = prefix + table;")]
    [InlineData("command.CommandText = $\"{verb} everything\";")]
    [InlineData("command.CommandText = string.Format(template, table);")]
    [InlineData("command.CommandText = builder.ToString();")]
    [InlineData("command.CommandText += condition;")]
    [InlineData("var command = new SqliteCommand($\"{verb} everything\", connection);")]
    [InlineData("var command = new DbCommandLike { CommandText = verb + table };")]
    [InlineData("connection.Execute($\"DELETE FROM rows WHERE id = {id}\");")]
    [InlineData("connection.Execute(\"\"\"\n    UPDATE rows SET name = '\n    \"\"\" + name);")]
    [InlineData("builder.Append($\"WITH {name} AS (SELECT 1) SELECT 1\");")]
    [InlineData("var sql = string.Concat(\"INSERT INTO rows VALUES (\", values, \")\");")]
    public void ASplicedStatementIsFound(string statement) => Assert.Single(Spliced(new SourceFile("X.cs", statement)));

    [Theory]
    [InlineData("command.CommandText = \"SELECT 1\";")]
    [InlineData("command.CommandText = \"SELECT a \" + \"FROM b\";")]
    [InlineData("command.CommandText = Statement;")]
    [InlineData("command.CommandText = newest ? Newest : \"SELECT 1\";")]
    [InlineData("Console.Write($\"{rows} rows, select one\");")]
    [InlineData("var sql = $\"SELECT 1 LIMIT {nameof(Limit)}\";")]
    [InlineData("const string Sql = $\"SELECT {Columns} FROM agents\";")]
    [InlineData("class C { private const string Sql = \"SELECT \" + Columns + \" FROM agents\"; }")]
    public void ConstantSqlIsLeftAlone(string statement) => Assert.Empty(Spliced(new SourceFile("X.cs", statement)));

    private static bool Covers((string Path, string Start, string Reason) entry, Splice found) =>
        found.Place.StartsWith(entry.Path + ":", StringComparison.Ordinal) && found.Text.StartsWith(entry.Start, StringComparison.Ordinal);

    private static IEnumerable<Splice> Spliced(SourceFile file)
    {
        var syntax = file.Syntax;
        var assigned = syntax.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => LastName(assignment.Left) == "CommandText")
            .Where(assignment => assignment.IsKind(SyntaxKind.AddAssignmentExpression) || IsPutTogether(assignment.Right))
            .Select(assignment => assignment.Right);
        var constructed = syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
            .Where(creation => creation.Type.ToString().EndsWith("Command", StringComparison.Ordinal))
            .SelectMany(creation => creation.ArgumentList?.Arguments.Select(argument => argument.Expression) ?? [])
            .Where(IsPutTogether);
        var looksLikeSql = syntax.DescendantNodes().OfType<ExpressionSyntax>()
            .Where(expression => IsPutTogether(expression) && SqlStart().IsMatch(TextOf(expression)));

        // What a const declares, the compiler has proved constant. The outermost expression stands for those inside it.
        var all = assigned.Concat(constructed).Concat(looksLikeSql).Where(expression => !IsInConst(expression)).ToHashSet();
        return all.Where(expression => !expression.Ancestors().Any(outer => outer is ExpressionSyntax e && all.Contains(e)))
            .Select(expression => new Splice(file.At(expression), TextOf(expression)));
    }

    private static bool IsPutTogether(ExpressionSyntax expression) => expression switch
    {
        InterpolatedStringExpressionSyntax text => text.Contents.OfType<InterpolationSyntax>().Any(part => !IsConstant(part.Expression)),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => !(IsConstant(sum.Left) && IsConstant(sum.Right)),
        InvocationExpressionSyntax call => LastName(call.Expression) is "Format" or "Concat" or "Join" or "Replace" or "ToString",
        ConditionalExpressionSyntax choice => IsPutTogether(choice.WhenTrue) || IsPutTogether(choice.WhenFalse),
        ParenthesizedExpressionSyntax inner => IsPutTogether(inner.Expression),
        _ => false,
    };

    private static bool IsConstant(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax => true,
        BinaryExpressionSyntax sum => IsConstant(sum.Left) && IsConstant(sum.Right),
        InvocationExpressionSyntax call => LastName(call.Expression) == "nameof",
        _ => false,
    };

    private static bool IsInConst(ExpressionSyntax expression) => expression.Ancestors().Any(outer =>
        (outer is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword))
        || (outer is LocalDeclarationStatementSyntax local && local.IsConst));

    private static string LastName(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        IdentifierNameSyntax name => name.Identifier.Text,
        _ => "",
    };

    /// <summary>The constant beginning of a text that is put together.</summary>
    private static string TextOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText.TrimStart(),
        InterpolatedStringExpressionSyntax text => text.Contents.FirstOrDefault()?.ToString().TrimStart() ?? "",
        BinaryExpressionSyntax sum => TextOf(sum.Left),
        InvocationExpressionSyntax call => call.ArgumentList.Arguments is [var first, ..] ? TextOf(first.Expression) : "",
        ParenthesizedExpressionSyntax inner => TextOf(inner.Expression),
        _ => "",
    };

    [GeneratedRegex(@"^(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|PRAGMA|ATTACH|DETACH|VACUUM|WITH|REINDEX|ANALYZE|EXPLAIN)\s")]
    private static partial Regex SqlStart();

    private sealed record Splice(string Place, string Text)
    {
        public override string ToString() => $"{Place}: {Text}…";
    }
}
