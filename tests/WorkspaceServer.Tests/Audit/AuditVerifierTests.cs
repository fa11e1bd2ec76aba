using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

/// <summary>Whatever somebody without the log's key does to the rows is found.</summary>
public sealed class AuditVerifierTests : IAsyncLifetime
{
    private readonly TemporaryWorkspaces workspaces = new();

    public async ValueTask InitializeAsync()
    {
        RequestScope.Begin("192.0.2.1", "browser/1");
        await workspaces.RecordFiveAsync();
        Assert.Empty(workspaces.Verify().Findings);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Fact]
    public void AWholeLogIsFoundWhole()
    {
        var verdict = workspaces.Verify();

        Assert.Equal((5, 0, 5), (verdict.Rows, verdict.RemovedUpTo, verdict.Head!.Seq));
    }

    [Theory]
    [Trait("claim", "B28")]
    [InlineData("at", "at + 1")]
    [InlineData("actor_kind", "'operator'")]
    [InlineData("actor_id", "'p9'")]
    [InlineData("actor_name", "actor_name + 1")]
    [InlineData("action", "'settings.Changed'")]
    [InlineData("target_kind", "NULL")]
    [InlineData("target_id", "'s4'")]
    [InlineData("workspace_id", "''")]
    [InlineData("request_id", "substr(request_id, 2)")]
    [InlineData("ip", "'192.0.2.2'")]
    [InlineData("user_agent", "user_agent || ' '")]
    [InlineData("outcome", "'ok2'")]
    [InlineData("details", "'{\"number\": 3}'")]
    [InlineData("mac", "zeroblob(32)")]
    public void AChangedColumnIsFound(string column, string value)
    {
        workspaces.Tamper($"UPDATE audit_entry SET {column} = {value} WHERE seq = 3");

        Assert.Contains(workspaces.Verify().Findings, finding => finding.StartsWith("Row 3 is not what was written there", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("claim", "B28")]
    [InlineData("DELETE FROM audit_entry WHERE seq = 3", "Row 3 is missing.")]
    [InlineData("DELETE FROM audit_entry WHERE seq IN (2, 3)", "Rows 2 to 3 are missing.")]
    [InlineData("DELETE FROM audit_entry WHERE seq = 1", "Row 1 is missing.")]
    [InlineData("DELETE FROM audit_entry WHERE seq > 3", "The end is cut off: rows 4 to 5 are missing.")]
    [InlineData("DELETE FROM audit_entry", "The end is cut off: rows 1 to 5 are missing.")]
    [InlineData("DELETE FROM audit_entry; DELETE FROM audit_head", "The end is cut off: the anchor file remembers rows up to 5, here they end at 0.")]
    [InlineData("UPDATE audit_entry SET seq = -1 WHERE seq = 2; UPDATE audit_entry SET seq = 2 WHERE seq = 3; UPDATE audit_entry SET seq = 3 WHERE seq = -1", "Row 2 is not what was written there")]
    [InlineData("INSERT INTO audit_entry SELECT 6, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent, outcome, details, mac FROM audit_entry WHERE seq = 5", "Row 6 is inserted behind the last one.")]
    [InlineData("INSERT INTO audit_entry SELECT 0, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent, outcome, details, mac FROM audit_entry WHERE seq = 5", "Row 0 stands where no row may be")]
    [InlineData("UPDATE audit_head SET seq = 4, row_mac = (SELECT mac FROM audit_entry WHERE seq = 4); DELETE FROM audit_entry WHERE seq = 5", "The record of the last row was changed by somebody who has no key to it.")]
    [InlineData("DELETE FROM audit_head", "The record of the last row was changed by somebody who has no key to it.")]
    [InlineData("INSERT INTO audit_cut SELECT 2, mac, at, at, zeroblob(32) FROM audit_entry WHERE seq = 2; DELETE FROM audit_entry WHERE seq <= 2", "The mark of the sweep that removed rows up to 2 is forged")]
    [InlineData("UPDATE audit_name SET name = 'Somebody else'", "The actor's name number 1 was changed.")]
    public void WhatWasDoneToTheRowsIsFound(string sql, string finding)
    {
        workspaces.Tamper(sql);

        Assert.Contains(workspaces.Verify().Findings, each => each.StartsWith(finding, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "B28")]
    public void ARowOfAnotherHistoryIsFound_ThoughItsOwnMacIsRight()
    {
        // As if an older control.db had been put back, had gone on otherwise, and one row of that had been kept.
        var stored = workspaces.AuditRows.Find(new AuditFilter(Before: 4), 1)[0];
        var mac = workspaces.AuditChain.OfRow(AuditStoreRow(2), stored.Row with { Details = "{}" });
        workspaces.Tamper($"UPDATE audit_entry SET details = '{{}}', mac = x'{Convert.ToHexString(mac)}' WHERE seq = 3");

        Assert.StartsWith("Row 4 is not what was written there", Assert.Single(workspaces.Verify().Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsAddedToAForgedEnd()
    {
        workspaces.Tamper("UPDATE audit_head SET seq = 4, row_mac = (SELECT mac FROM audit_entry WHERE seq = 4); DELETE FROM audit_entry WHERE seq = 5");

        var error = await Assert.ThrowsAsync<ProblemException>(() => workspaces.Audit.RecordAsync(new AuditEntry(AuditActions.WorkspaceSettingsChanged)));
        Assert.Contains("audit verify", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOlderControlDatabaseIsFound_EvenAfterTheLogWentOnFromThere()
    {
        var file = workspaces.Folder.ControlDatabase;
        workspaces.Tamper("PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(file, file + ".older");
        await workspaces.RecordFiveAsync();
        workspaces.Tamper("DELETE FROM audit_entry WHERE seq > 5; UPDATE audit_head SET seq = 5");

        // The head of five rows, as a backup would hold it.
        var head = new ChainPoint(5, AuditStoreRow(5));
        workspaces.Tamper($"UPDATE audit_head SET seq = 5, row_mac = x'{Convert.ToHexString(head.RowMac)}', mac = x'{Convert.ToHexString(workspaces.AuditChain.OfHead(head))}'");
        Assert.Contains(workspaces.Verify().Findings, each => each.StartsWith("The end is cut off: the anchor file remembers rows up to 10, here they end at 5. An older control.db was put back", StringComparison.Ordinal));

        await workspaces.RecordFiveAsync();
        await workspaces.RecordFiveAsync();
        Assert.Contains(workspaces.Verify().Findings, each => each.StartsWith("Row 10 is not the one that the anchor file remembers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "The anchor of the audit log was changed")]
    [InlineData("5 00 00", "The anchor of the audit log was changed")]
    [InlineData("nonsense of three", "The anchor of the audit log was changed")]
    [InlineData(null, "The anchor file is missing")]
    public void AnAnchorThatIsNotOursIsFound(string? text, string finding)
    {
        if (text is null)
        {
            File.Delete(workspaces.Folder.AuditAnchor);
        }
        else
        {
            File.WriteAllText(workspaces.Folder.AuditAnchor, text);
        }

        Assert.Contains(workspaces.Verify().Findings, each => each.StartsWith(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void ANameBecomesAPseudonym_AndTheChainHolds()
    {
        using (var connection = workspaces.Control.Open())
        {
            connection.Begin();
            workspaces.AuditRows.Pseudonymise(connection, "person", "p1", "former user");
            connection.Commit();
        }

        Assert.Empty(workspaces.Verify().Findings);
        Assert.Equal(
            ["former user", "Person 0", "former user", "Person 0", "former user"],
            workspaces.AuditRows.Find(new AuditFilter(), 10).Select(row => row.ActorName));
    }

    private byte[] AuditStoreRow(long seq)
    {
        using var connection = workspaces.Control.Open();
        return AuditStore.MacOf(connection, seq)!;
    }
}
