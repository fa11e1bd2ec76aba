using System.Text;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces.Workers;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

/// <summary>What the audit log says and what the sandbox saw must be the same; each finds what the other misses.</summary>
public sealed class TwoTrailsTests : IAsyncLifetime
{
    private static readonly (string Tool, string Arguments)[] Calls =
    [
        ("execute_sql", """{"sql":"SELECT note FROM invoices WHERE note LIKE 'copper%'"}"""),
        ("execute_sql", """{"sql":"SELECT nothing FROM invoices"}"""),
        ("search", """{"query":"copper"}"""),
        ("fetch", """{"id":"parties/P1"}"""),
        ("list_tables", "{}"),
        ("describe_table", """{"table":"parties"}"""),
    ];

    private RunningServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, Cancel);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [Trait("claim", "C5")]
    public async Task CallsOfEveryKindAreInBothTrails()
    {
        await CallEveryToolAsync();
        server.Workspaces.Trail.Dispose();

        var trails = Reconcile();
        Assert.Empty(trails.Findings);
        Assert.Equal(0, trails.Explained);

        // execute_sql, one that fails, search over both tables, fetch.
        Assert.Equal(5, trails.Statements);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task AStatementThatBypassedTheAuditLogIsNamed()
    {
        await CallEveryToolAsync();
        await server.Workspaces.AskAsync(server.Workspace, "SELECT pan FROM parties", Cancel);
        server.Workspaces.Trail.Dispose();

        var finding = Assert.Single(Reconcile().Findings);
        Assert.Contains("the sandbox saw 1 statements (request none, sql " + SqlText.Digest("SELECT pan FROM parties") + ", parties.pan), the audit log has 0", finding, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task AStatementThatBypassedTheAuditLogInsideARequestIsNamed()
    {
        var scope = RequestScope.Begin();
        await server.Workspaces.AskAsync(server.Workspace, "SELECT pan FROM parties", Cancel);
        server.Workspaces.Trail.Dispose();

        Assert.Contains(scope.RequestId, Assert.Single(Reconcile().Findings), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task AnAuditRowWithoutAStatementIsNamed()
    {
        await CallEveryToolAsync();
        var scope = RequestScope.Begin();
        await server.Workspaces.Audit.RecordAsync(new AuditEntry(AuditActions.QueryRun) { Workspace = server.Workspace, Details = [("statements", 1)] });
        server.Workspaces.Trail.Dispose();

        var finding = Assert.Single(Reconcile().Findings);
        Assert.Contains($"(request {scope.RequestId}) stands for 1 statements, the sandbox saw 0", finding, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task ALineTakenOutOfTheTrailIsNamed()
    {
        await CallEveryToolAsync();
        server.Workspaces.Trail.Dispose();
        var file = server.Workspaces.Folder.StatementTrailOf(server.Workspace);
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file, Cancel)).Where((_, index) => index != 1), Cancel);

        Assert.Contains("the sandbox saw 0", Assert.Single(Reconcile().Findings), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task WhatAKilledProgramLostIsExplained_ButNoMore()
    {
        await CallEveryToolAsync();
        server.Workspaces.Trail.Dispose();
        var file = server.Workspaces.Folder.StatementTrailOf(server.Workspace);
        var lines = await File.ReadAllLinesAsync(file, Cancel);

        // Killed before its last flush: "stopped" and the last statements are missing, half a line is there.
        await File.WriteAllTextAsync(file, string.Join('\n', lines[..^3]) + "\n" + lines[^2][..20], Cancel);
        var trails = Reconcile();
        Assert.Empty(trails.Findings);
        Assert.True(trails.Explained > 0);

        // The same gap, but the program went on: nothing explains it.
        await File.WriteAllLinesAsync(file, [lines[0], .. lines[2..]], Cancel);
        Assert.NotEmpty(Reconcile().Findings);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task WhatAProgramLostThatWasKilledInItsFirstSecondIsExplained()
    {
        await CallEveryToolAsync();
        server.Workspaces.Trail.Dispose();
        var began = StatementTrail.Read(server.Workspaces.Folder, server.Workspace).First().At;
        File.Delete(server.Workspaces.Folder.StatementTrailOf(server.Workspace));

        // A clock that stands still never flushes.
        using var trail = new StatementTrail(server.Workspaces.Folder, new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(began)));
        trail.Add(server.Workspace, null, new Vault.Sandbox.SandboxRequest("SELECT 1", [], false, 1, 1, TimeSpan.Zero), Vault.Sandbox.SandboxReply.Failed(Vault.Sandbox.SandboxOutcome.Ok, ""), TimeSpan.Zero);

        Assert.Equal("started", Assert.Single(StatementTrail.Read(server.Workspaces.Folder, server.Workspace)).Event);
        Assert.Empty(Reconcile().Findings);
    }

    [Fact]
    [Trait("claim", "C5")]
    public async Task TheTrailHasNamesAndCountsButNoValues()
    {
        await CallEveryToolAsync();
        server.Workspaces.Trail.Dispose();

        var text = await File.ReadAllTextAsync(server.Workspaces.Folder.StatementTrailOf(server.Workspace), Cancel);
        Assert.DoesNotContain("copper", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.Workspaces.Folder.StatementTrailOf(server.Workspace)));
        var first = StatementTrail.Read(server.Workspaces.Folder, server.Workspace).First(line => line.Event == "statement");
        Assert.True(first.Worker > 0 && first.Number > 0 && first.Microseconds > 0);
        Assert.Equal((2, "Ok"), (first.Rows, first.Outcome));
        Assert.Contains("invoices.note", first.Touched!);
    }

    [Fact]
    public void AFileThatIsFullIsPutAside_AndOnlySoManyAreKept()
    {
        var workspace = server.Workspace;
        var request = new Vault.Sandbox.SandboxRequest("SELECT 1", [], false, 1, 1, TimeSpan.Zero);
        var reply = Vault.Sandbox.SandboxReply.Failed(Vault.Sandbox.SandboxOutcome.Ok, "") with { Touched = [.. Enumerable.Repeat(new string('x', 1000), 200)] };
        for (var i = 0; i < 500; i++)
        {
            server.Workspaces.Trail.Add(workspace, $"r{i}", request, reply, TimeSpan.Zero);
        }

        server.Workspaces.Trail.Dispose();
        var files = Directory.GetFiles(server.Workspaces.Folder.FolderOf(workspace), "statements*");
        Assert.Equal(StatementTrail.MaxOldFiles + 1, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, StatementTrail.MaxFileBytes + (1 << 20)));
        var requests = StatementTrail.Read(server.Workspaces.Folder, workspace).Where(line => line.Event == "statement").Select(line => int.Parse(line.Request![1..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(requests[0], requests.Length), requests);
        Assert.Equal(499, requests[^1]);
    }

    private async Task CallEveryToolAsync()
    {
        var token = server.Token();
        foreach (var (tool, arguments) in Calls)
        {
            using var response = await server.SendAsync(
                HttpMethod.Post, "/mcp", token, new StringContent(McpCalls.ModernCall(tool, arguments), Encoding.UTF8, "application/json"), McpCalls.ModernHeaders("tools/call", tool));
            response.EnsureSuccessStatusCode();
        }
    }

    private ReconciledTrails Reconcile() => new AuditReconciler(server.Workspaces.Store, server.Workspaces.Folder, server.Workspaces.AuditRows).Reconcile(Cancel);
}
