using Microsoft.Data.Sqlite;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

/// <summary>Two walls: triggers for whoever opens the file, and an authorizer on the server's own connections.</summary>
public sealed class AppendOnlyTests : IAsyncLifetime
{
    private const int NotAuthorized = 23;
    private const int AbortedByTrigger = 1811;

    private readonly TemporaryWorkspaces workspaces = new();

    public async ValueTask InitializeAsync() => await workspaces.RecordFiveAsync();

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Theory]
    [Trait("claim", "B28")]
    [InlineData("UPDATE audit_entry SET outcome = 'ok'")]
    [InlineData("UPDATE AUDIT_ENTRY SET seq = 7 WHERE seq = 5")]
    [InlineData("DELETE FROM audit_entry")]
    [InlineData("DELETE FROM audit_entry WHERE seq = 5")]
    [InlineData("INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 5 ON CONFLICT DO UPDATE SET outcome = 'x'")]
    [InlineData("UPDATE audit_cut SET seq = 7")]
    [InlineData("DELETE FROM audit_cut")]
    [InlineData("DROP TABLE audit_entry")]
    [InlineData("DROP TABLE audit_head")]
    [InlineData("DROP TRIGGER audit_entry_stays")]
    [InlineData("DROP TRIGGER audit_entry_is_kept")]
    [InlineData("DROP INDEX audit_by_time")]
    [InlineData("ALTER TABLE audit_entry RENAME TO other")]
    [InlineData("ALTER TABLE audit_entry DROP COLUMN ip")]
    [InlineData("CREATE TRIGGER mine BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END")]
    [InlineData("CREATE TEMP TRIGGER mine BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END")]
    [InlineData("CREATE TEMP TABLE audit_entry (seq)")]
    [InlineData("CREATE TEMP VIEW audit_head AS SELECT 1 AS seq")]
    [InlineData("PRAGMA writable_schema = ON")]
    [InlineData("PRAGMA Writable_Schema(1)")]
    public void TheServersOwnConnectionsRefuse(string sql)
    {
        using var connection = workspaces.Control.Open();

        Assert.Equal(NotAuthorized, Assert.Throws<SqliteException>(() => connection.Execute(sql)).SqliteErrorCode);
        Assert.Empty(workspaces.Verify().Findings);
    }

    [Theory]
    [Trait("claim", "B28")]
    [InlineData("UPDATE audit_entry SET outcome = 'ok' WHERE seq = 5")]
    [InlineData("DELETE FROM audit_entry WHERE seq = 5")]
    [InlineData("DELETE FROM audit_entry")]
    [InlineData("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 5")]
    [InlineData("REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 1")]
    [InlineData("INSERT INTO audit_entry SELECT seq + 2, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent, outcome, details, mac FROM audit_entry WHERE seq = 5")]
    [InlineData("INSERT INTO audit_entry SELECT 0, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent, outcome, details, mac FROM audit_entry WHERE seq = 5")]
    [InlineData("UPDATE audit_head SET seq = seq - 1")]
    [InlineData("DELETE FROM audit_head")]
    [InlineData("REPLACE INTO audit_head SELECT 1, 3, row_mac, mac FROM audit_head")]
    [InlineData("INSERT INTO audit_cut SELECT seq, mac, at, at + 1, mac FROM audit_entry WHERE seq = 3")]
    [InlineData("INSERT INTO audit_cut SELECT seq, mac, at, at - 365 * 86400000, mac FROM audit_entry WHERE seq = 3")]
    public void TheFileRefusesWhoeverOpensIt(string sql)
    {
        using var key = KeyDerivation.ForControl(workspaces.Master);
        using var connection = EncryptedDatabase.Open(workspaces.Folder.ControlDatabase, key, DatabaseAccess.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = sql;

        Assert.Equal(AbortedByTrigger, Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).SqliteExtendedErrorCode);
    }

    [Fact]
    public async Task RowsCanStillBeAdded()
    {
        await workspaces.RecordFiveAsync();

        Assert.Equal(10, workspaces.Verify().Rows);
    }

    [Theory]
    [Trait("claim", "B28")]
    [InlineData(AuditStore.ByActor, "audit_by_actor")]
    [InlineData(AuditStore.ByWorkspace, "audit_by_workspace")]
    [InlineData(AuditStore.ByAction, "audit_by_action")]
    [InlineData(AuditStore.ByTime, "audit_by_time")]
    public void EachOfTheFourKeysHasItsIndex(string sql, string index)
    {
        var filter = new AuditFilter("p1", "w1", "token.created", null, 1, 2);
        using var connection = workspaces.Control.Open();
        using var command = connection.Command("EXPLAIN QUERY PLAN " + sql, filter.Parameters(10));
        using var rows = command.ExecuteReader();
        var plan = new List<string>();
        while (rows.Read())
        {
            plan.Add(rows.GetString(3));
        }

        Assert.Contains(plan, line => line.StartsWith($"SEARCH audit_entry USING INDEX {index} ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal) || line.StartsWith("SCAN audit_entry", StringComparison.Ordinal));
    }
}
