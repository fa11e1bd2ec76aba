using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>Only the Vault touches keys and opens databases; a few places may use a connection that it hands out.</summary>
public sealed class VaultBorderTests
{
    [Fact]
    public void KeysAndDatabasesAreTheVaultsAlone()
    {
        var files = Repository.FilesUnder("src/", ".cs").ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(Trespasses));
    }

    [Theory]
    [InlineData("src/WorkspaceServer/Control/X.cs", "using SQLitePCL;")]
    [InlineData("src/WorkspaceServer/Features/Mcp/X.cs", "using NSec.Cryptography;")]
    [InlineData("src/WorkspaceServer/Features/Mcp/X.cs", "using Microsoft.Data.Sqlite;")]
    [InlineData("src/WorkspaceServer/Hosting/X.cs", "class C { Microsoft.Data.Sqlite.SqliteException x; }")]
    [InlineData("src/WorkspaceServer.Sandbox/X.cs", "using static SQLitePCL.raw;")]
    [InlineData("src/WorkspaceServer.Age/X.cs", "using Microsoft.Data.Sqlite;")]
    [InlineData("src/WorkspaceServer/Control/X.cs", "class C { object x = new SqliteConnection(\"\"); }")]
    [InlineData("src/WorkspaceServer.Agent/Outbox/X.cs", "class C { object x = new SqliteConnection(\"\"); }")]
    public void ATrespassIsFound(string path, string text) => Assert.Single(Trespasses(new SourceFile(path, text)));

    [Theory]
    [InlineData("src/WorkspaceServer.Vault/X.cs", "using SQLitePCL; class C { object x = new SqliteConnection(\"\"); }")]
    [InlineData("src/WorkspaceServer.Age/X.cs", "using NSec.Cryptography;")]
    [InlineData("src/WorkspaceServer/Control/X.cs", "using Microsoft.Data.Sqlite;")]
    [InlineData("src/WorkspaceServer/Features/Agents/AgentStore.cs", "using Microsoft.Data.Sqlite;")]
    [InlineData("src/WorkspaceServer.Agent/LocalDatabase.cs", "using SQLitePCL; class C { object x = new SqliteConnection(\"\"); }")]
    [InlineData("src/WorkspaceServer.Agent/Server/X.cs", "using NSec.Cryptography; using Microsoft.Data.Sqlite;")]
    public void APlaceThatMayIsLeftAlone(string path, string text) => Assert.Empty(Trespasses(new SourceFile(path, text)));

    private static IEnumerable<string> Trespasses(SourceFile file)
    {
        // The agent runs on another computer and never sees the server's files or keys; it opens its own in one place.
        var isAgent = file.Path.StartsWith("src/WorkspaceServer.Agent/", StringComparison.Ordinal);
        if (file.Path.StartsWith("src/WorkspaceServer.Vault/", StringComparison.Ordinal) || file.Path == "src/WorkspaceServer.Agent/LocalDatabase.cs")
        {
            return [];
        }

        var syntax = file.Syntax;
        var mayUseSqlite = file.Path.StartsWith("src/WorkspaceServer/Control/", StringComparison.Ordinal)
            || file.Path.StartsWith("src/WorkspaceServer/Workspaces/", StringComparison.Ordinal)
            || file.Path.EndsWith("Store.cs", StringComparison.Ordinal)
            || isAgent;
        var mayUseNSec = isAgent || file.Path.StartsWith("src/WorkspaceServer.Age/", StringComparison.Ordinal);
        var names = syntax.DescendantNodes().OfType<NameSyntax>()
            .Where(name => name.Parent is not (QualifiedNameSyntax or BaseNamespaceDeclarationSyntax))
            .Where(name => name.ToString() is var text
                && (Within(text, "SQLitePCL") || (Within(text, "NSec") && !mayUseNSec) || (Within(text, "Microsoft.Data.Sqlite") && !mayUseSqlite)))
            .Select(name => $"{file.At(name)} uses {name}");
        var opens = syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
            .Where(creation => creation.Type.ToString().EndsWith("SqliteConnection", StringComparison.Ordinal))
            .Select(creation => $"{file.At(creation)} opens a database; only the Vault may");
        return [.. names, .. opens];
    }

    private static bool Within(string name, string space) => name == space || name.StartsWith(space + ".", StringComparison.Ordinal);
}
