using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Sandbox;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Workers;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>A worker that has just served one workspace answers the next one like a worker that never served anybody.</summary>
[Collection(AloneCollection.Name)]
public sealed class WorkerReuseTests : IAsyncLifetime
{
    // What a connection remembers: its last error, its temporary objects, its counters, its statistics.
    private static readonly string[] Probes =
    [
        "SELECT * FROM temp.sqlite_schema", "SELECT * FROM sqlite_temp_master", "SELECT * FROM temp.parties", "SELECT changes(), total_changes(), last_insert_rowid()", "SELECT sqlite_log(1, 'x')",
        "PRAGMA database_list", "PRAGMA stats", "SELECT * FROM sqlite_stmt", "SELECT * FROM dbstat", "SELECT * FROM sqlite_stat1", "SELECT name FROM salaries", "SELECT * FROM vouchers",
        "SELECT narration FROM parties", "SELECT * FROM parties_fts WHERE parties_fts MATCH 'mehta'", "SELECT * FROM vouchers_fts WHERE vouchers_fts MATCH 'rent'",
        "SELECT * FROM parties", "SELECT count(*) FROM parties", "SELEC", "SELECT json('", "SELECT 1",
    ];

    private readonly TemporaryWorkspaces server = new(configure: options => options with { Workers = 1, HeavyWorkers = 1 });
    private WorkspaceId rich;
    private WorkspaceId poor;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A80")]
    [Trait("claim", "A79")]
    public async Task TheNextWorkspaceNoticesNothing()
    {
        var statements = HostileStatements.Read("hostile.sql").Where(statement => statement.Expected == Expected.Refused && statement.Sql.Length < 1000).Select(statement => statement.Sql)
            .Where((_, index) => index % 3 == 0).Concat(Probes).ToArray();
        var complaints = new List<string>();
        using var unused = new SandboxPool(new SandboxOptions { WorkerPath = TemporaryWorkspaces.WorkerPath, Workers = 1 }, TimeProvider.System, server.Trail, NullLogger<SandboxPool>.Instance);
        var fresh = new LocalWorkspaceGateway(server.Open, unused, new TableLoads(TimeProvider.System));
        var number = 0;
        foreach (var sql in statements)
        {
            // The rich workspace's worker has a last error, a temporary view, full-text tables and a warm cache.
            await OutcomeAsync(server.Gateway, rich, number++ % 2 == 0 ? "SELECT * FROM parties JOIN vouchers ON 1 LIMIT 3" : "SELECT secret_pan, 'CANARYPAN1' FROM parties");
            var (reused, first) = (await OutcomeAsync(server.Gateway, poor, sql), await OutcomeAsync(fresh, poor, sql));
            if (reused != first)
            {
                complaints.Add($"{sql}: {reused} but from a worker of its own {first}");
            }
        }

        Assert.True(statements.Length > 150, $"{statements.Length} statements");
        Assert.Empty(complaints);
    }

    public async ValueTask InitializeAsync()
    {
        rich = await HostileYard.LoadAsync(server);
        poor = server.Create("Poor");
        await server.LoadAsync(poor, new TableSchema("parties", [new("id", ColumnType.Text), new("name", ColumnType.Text)], "id"), [["P1", "poor"]], Cancel);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<string> OutcomeAsync(LocalWorkspaceGateway gateway, WorkspaceId workspace, string sql)
    {
        try
        {
            var answer = await gateway.QueryAsync(workspace, new QueryMessage(sql, HostileYard.Access, 10, 1 << 16, TimeSpan.FromSeconds(5)), Cancel);
            return string.Join('|', answer.Columns.Concat(answer.Touched).Concat(answer.Rows.SelectMany(row => row).Select(cell => cell.ToString())));
        }
        catch (ProblemException problem)
        {
            return $"{problem.Code.Code} {problem.Message}";
        }
    }
}
