using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>SQL is constant text with parameters. What may be put into it: quoted names, and the few pieces listed here with the reason.</summary>
/// <remarks>One half of claim A67; the other is the corpus of hostile inputs in Sandbox/InjectionTests.</remarks>
public sealed partial class SqlTextTests
{
    // What these return is a quoted name, alone or within a constant conversion, or one of a few constant words.
    private static readonly string[] SafeCalls = ["Quote", "AsText", "IndexName", "KeyExpression", "Storage"];

    private static readonly (string Path, string Piece, string Reason)[] Allowed =
    [
        ("src/WorkspaceServer.Vault/Databases/EncryptedDatabase.cs", "BusyTimeoutMilliseconds", "a constant number; a pragma takes no parameter"),
        ("src/WorkspaceServer.Vault/Databases/EncryptedDatabase.cs", "cacheKibibytes", "a number of ours; a pragma takes no parameter"),
        ("src/WorkspaceServer.Sandbox/SandboxDatabase.cs", "SandboxLimits.CacheMemoryBytes / 1024", "a constant number; a pragma takes no parameter"),
        ("src/WorkspaceServer/Control/Migrations.cs", "version.ToString(CultureInfo.InvariantCulture)", "the number of a migration file; a pragma takes no parameter"),
        ("src/WorkspaceServer/Workspaces/CatalogStore.cs", "next.ToString(CultureInfo.InvariantCulture)", "a counter of ours; a pragma takes no parameter"),
        ("src/WorkspaceServer/Workspaces/FullTextSearch.cs", "search.MaxHits", "a number"),
        ("src/WorkspaceServer/Workspaces/Sync/RowStore.cs", "number", "the number of a parameter: ?1, ?2"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "Where(all)", "quoted names, constant comparisons and parameters"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "rows", "a number"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "List()", "quoted names, cut by a number of ours"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "columns", "the same, or the number 1"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "Source", "quoted names"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "Number", "the row's number, with a quoted name"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "conditions.Sql", "quoted names, constant comparisons and parameters, made by RowPages"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "end", "the order by number, and a number of rows"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "number.ToString(CultureInfo.InvariantCulture)", "a number"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "order.Column", "a quoted name"),
        ("src/WorkspaceServer/Workspaces/RowPages.cs", "message.MaxRows", "a number"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "order.Column", "a quoted name"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "order.Start.Sql", "quoted names, constant comparisons and parameters, made by RowPages"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "number.ToString(CultureInfo.InvariantCulture)", "a number"),
        ("src/WorkspaceServer/Workspaces/RowWalk.cs", "wanted", "a number"),
        ("src/WorkspaceServer/Workspaces/ColumnProfiles.cs", "MaxCommon", "a constant number"),
        ("src/WorkspaceServer/Workspaces/ColumnProfiles.cs", "Steps", "a constant number"),
        ("src/WorkspaceServer/Workspaces/TableStore.cs", "number", "the number of a parameter: ?1, ?2"),
    ];

    [Fact]
    [Trait("claim", "A67")]
    public void NoSqlIsPutTogetherFromPieces()
    {
        var files = Repository.FilesUnder("src/", ".cs").ToList();
        var pieces = files.SelectMany(Pieces).ToList();

        Assert.NotEmpty(files);
        Assert.DoesNotContain(pieces, piece => !Allowed.Any(entry => Covers(entry, piece)));
        Assert.All(Allowed, entry => Assert.Contains(pieces, piece => Covers(entry, piece)));
    }

    [Theory]
    [InlineData("command.CommandText = $\"SELECT * FROM {table}\";")]
    [InlineData("command.CommandText = \"SELECT * FROM \" + table;")]
    [InlineData("command.CommandText = prefix + \"everything\";")]
    [InlineData("command.CommandText = $\"{verb} everything\";")]
    [InlineData("command.CommandText = string.Format(template, 1);")]
    [InlineData("command.CommandText = builder.ToString();")]
    [InlineData("command.CommandText += condition;")]
    [InlineData("command.CommandText = wide ? $\"SELECT {columns} FROM t\" : \"SELECT 1\";")]
    [InlineData("var command = new SqliteCommand($\"{verb} everything\", connection);")]
    [InlineData("var command = new DbCommandLike { CommandText = verb + \"x\" };")]
    [InlineData("connection.Execute($\"DELETE FROM rows WHERE id = {id}\");")]
    [InlineData("connection.Execute(\"\"\"\n    UPDATE rows SET name = '\n    \"\"\" + name);")]
    [InlineData("builder.Append($\"WITH {name} AS (SELECT 1) SELECT 1\");")]
    [InlineData("var sql = string.Concat(\"INSERT INTO rows VALUES (\", values, \")\");")]
    [InlineData("void M(string table) { Run($\"DROP TABLE {table}\"); }")]
    [InlineData("void M(string name) { var table = name; Run($\"DROP TABLE {table}\"); }")]
    [InlineData("void M(string name) { var table = Quote(name); table = name; Run($\"DROP TABLE {table}\"); }")]
    [InlineData("void M() { var list = string.Join(\", \", names.Select(name => $\"t.{name}\")); Run($\"SELECT {list} FROM t\"); }")]
    [InlineData("void M() { var where = keyed ? Quote(key) : key; Run($\"SELECT 1 FROM t WHERE {where} = ?1\"); }")]
    public void ASplicedPieceIsFound(string statement) => Assert.Single(Pieces(new SourceFile("X.cs", statement)));

    [Theory]
    [InlineData("command.CommandText = \"SELECT 1\";")]
    [InlineData("command.CommandText = \"SELECT a \" + \"FROM b\";")]
    [InlineData("command.CommandText = Statement;")]
    [InlineData("command.CommandText = newest ? Newest : \"SELECT 1\";")]
    [InlineData("Console.Write($\"{rows} rows, select one\");")]
    [InlineData("var sql = $\"SELECT 1 LIMIT {nameof(Limit)}\";")]
    [InlineData("const string Sql = $\"SELECT {Columns} FROM agents\";")]
    [InlineData("class C { private const string Sql = \"SELECT \" + Columns + \" FROM agents\"; }")]
    [InlineData("void M(string table) { Run($\"DROP TABLE {Identifiers.Quote(table)}\"); }")]
    [InlineData("void M(string name) { var table = Quote(name); Run($\"DROP TABLE {table}\"); }")]
    [InlineData("void M() { var list = string.Join(\", \", names.Where(Fits).Select(name => $\"t.{Quote(name)}\")); Run($\"SELECT {list} FROM t\"); }")]
    [InlineData("void M() { var where = keyed ? Quote(key) : \"rowid\"; Run($\"SELECT 1 FROM t WHERE {where} = ?1\"); }")]
    public void ConstantSqlIsLeftAlone(string statement) => Assert.Empty(Pieces(new SourceFile("X.cs", statement)));

    private static bool Covers((string Path, string Piece, string Reason) entry, Piece piece) =>
        piece.Place.StartsWith(entry.Path + ":", StringComparison.Ordinal) && piece.Text == entry.Piece;

    /// <summary>Whatever a statement of the file is put together from, beside constants and quoted names.</summary>
    private static IEnumerable<Piece> Pieces(SourceFile file)
    {
        var syntax = file.Syntax;
        var appended = syntax.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => LastName(assignment.Left) == "CommandText" && assignment.IsKind(SyntaxKind.AddAssignmentExpression))
            .Select(assignment => assignment.Right).ToList();
        var assigned = syntax.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => LastName(assignment.Left) == "CommandText" && IsPutTogether(assignment.Right))
            .Select(assignment => assignment.Right);
        var constructed = syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
            .Where(creation => creation.Type.ToString().EndsWith("Command", StringComparison.Ordinal))
            .SelectMany(creation => creation.ArgumentList?.Arguments.Select(argument => argument.Expression) ?? [])
            .Where(IsPutTogether);
        var looksLikeSql = syntax.DescendantNodes().OfType<ExpressionSyntax>()
            .Where(expression => IsPutTogether(expression) && SqlStart().IsMatch(StartOf(expression)));

        // What a const declares, the compiler has proved constant.
        return assigned.Concat(constructed).Concat(looksLikeSql).Distinct().Where(expression => !IsInConst(expression))
            .SelectMany(PiecesOf).Concat(appended).Distinct()
            .Select(piece => new Piece(file.At(piece), piece.ToString()));
    }

    private static bool IsPutTogether(ExpressionSyntax expression) => expression switch
    {
        InterpolatedStringExpressionSyntax or ConditionalExpressionSyntax => true,
        BinaryExpressionSyntax sum => sum.IsKind(SyntaxKind.AddExpression),
        InvocationExpressionSyntax call => IsStringCall(call) || LastName(call.Expression) is "Replace" or "ToString",
        ParenthesizedExpressionSyntax inner => IsPutTogether(inner.Expression),
        _ => false,
    };

    private static IEnumerable<ExpressionSyntax> PiecesOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax => [],
        InterpolatedStringExpressionSyntax text => text.Contents.OfType<InterpolationSyntax>().SelectMany(part => PiecesOf(part.Expression)),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => PiecesOf(sum.Left).Concat(PiecesOf(sum.Right)),
        ConditionalExpressionSyntax choice => BranchPieces(choice.WhenTrue).Concat(BranchPieces(choice.WhenFalse)),
        ParenthesizedExpressionSyntax inner => PiecesOf(inner.Expression),
        InvocationExpressionSyntax call => PiecesOfCall(call),
        IdentifierNameSyntax name when ValueOf(name) is { } value => PiecesOf(value),
        _ => [expression],
    };

    // A name alone in a branch stands for a whole statement elsewhere, as it does in an assignment.
    private static IEnumerable<ExpressionSyntax> BranchPieces(ExpressionSyntax branch) =>
        branch.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is { } assignment
            && LastName(assignment.Left) == "CommandText" && branch is IdentifierNameSyntax or MemberAccessExpressionSyntax
            ? []
            : PiecesOf(branch);

    private static IEnumerable<ExpressionSyntax> PiecesOfCall(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments.Select(argument => argument.Expression);
        return LastName(call.Expression) switch
        {
            "nameof" => [],
            var name when SafeCalls.Contains(name) => [],
            _ when IsStringCall(call) => arguments.SelectMany(PiecesOf),
            "Select" => arguments.SelectMany(argument => argument switch
            {
                LambdaExpressionSyntax { Body: ExpressionSyntax body } => PiecesOf(body),
                _ when SafeCalls.Contains(LastName(argument)) => [],
                _ => [argument],
            }),
            "Where" or "ToArray" or "ToList" when call.Expression is MemberAccessExpressionSyntax member => PiecesOf(member.Expression),
            _ => [call],
        };
    }

    private static bool IsStringCall(InvocationExpressionSyntax call) =>
        call.Expression.ToString() is "string.Format" or "string.Concat" or "string.Join" or "String.Format" or "String.Concat" or "String.Join";

    /// <summary>What the local variable of this name was declared with, in the same member; nothing if it is set again.</summary>
    private static ExpressionSyntax? ValueOf(IdentifierNameSyntax name)
    {
        var member = name.Ancestors().FirstOrDefault(outer => outer is MemberDeclarationSyntax or LocalFunctionStatementSyntax);
        var isSetAgain = member?.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Any(assignment => assignment.Left.ToString() == name.Identifier.Text) ?? true;
        return isSetAgain
            ? null
            : member!.DescendantNodes().OfType<VariableDeclaratorSyntax>()
                .FirstOrDefault(variable => variable.Identifier.Text == name.Identifier.Text)?.Initializer?.Value;
    }

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
    private static string StartOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText.TrimStart(),
        InterpolatedStringExpressionSyntax text => text.Contents.FirstOrDefault()?.ToString().TrimStart() ?? "",
        BinaryExpressionSyntax sum => StartOf(sum.Left),
        InvocationExpressionSyntax call => call.ArgumentList.Arguments is [var first, ..] ? StartOf(first.Expression) : "",
        ParenthesizedExpressionSyntax inner => StartOf(inner.Expression),
        _ => "",
    };

    [GeneratedRegex(@"^(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|PRAGMA|ATTACH|DETACH|VACUUM|WITH|REINDEX|ANALYZE|EXPLAIN)\s")]
    private static partial Regex SqlStart();

    private sealed record Piece(string Place, string Text)
    {
        public override string ToString() => $"{Place}: {Text}";
    }
}
