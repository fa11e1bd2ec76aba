using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Tests.Audit;

/// <summary>Somebody who has the database's key, but not the log's: opens the file, removes every trigger and does as they like.</summary>
internal static class Tampering
{
    public static void Tamper(this TemporaryWorkspaces workspaces, string sql)
    {
        using var key = KeyDerivation.ForControl(workspaces.Master);
        using var connection = EncryptedDatabase.Open(workspaces.Folder.ControlDatabase, key, DatabaseAccess.ReadWrite);
        using var command = connection.CreateCommand();
        foreach (var trigger in (string[])["entry_stays", "entry_is_kept", "entry_is_next", "head_goes_on", "head_is_not_replaced", "head_is_kept", "cut_stays", "cut_is_kept", "cut_is_old"])
        {
            command.CommandText = $"DROP TRIGGER IF EXISTS audit_{trigger}";
            command.ExecuteNonQuery();
        }

        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static AuditVerdict Verify(this TemporaryWorkspaces workspaces) =>
        new AuditVerifier(workspaces.Control, workspaces.AuditRows, workspaces.AuditChain, workspaces.AuditAnchor).Verify(null, CancellationToken.None);

    /// <summary>Five rows of two actors, the last of which the anchor knows.</summary>
    public static async Task RecordFiveAsync(this TemporaryWorkspaces workspaces)
    {
        for (var i = 1; i <= 5; i++)
        {
            await workspaces.Audit.RecordAsync(new AuditEntry(AuditActions.WorkspaceSettingsChanged)
            {
                Actor = new AuditActor("person", $"p{i % 2}", $"Person {i % 2}"),
                Target = ("setting", $"s{i}"),
                Details = [("number", i)],
            });
        }

        workspaces.AuditAnchor.Raise();
    }
}
