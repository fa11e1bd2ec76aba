using System.Security.Cryptography;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Workspaces;

/// <summary>What can be said of a workspace after it is gone: how much it was, and which bytes. No name, and nothing that was in it.</summary>
/// <param name="Tables">Null if its file cannot be read any more.</param>
/// <param name="Rows">Of all its tables; null as before.</param>
/// <param name="Bytes">Of its file and the log beside it.</param>
/// <param name="Sha256">Of those, encrypted as they are, one after the other: whoever holds a copy can show that it is, or is not, the one that was destroyed.</param>
internal sealed record WorkspaceMeasure(long? Tables, long? Rows, long Bytes, string Sha256)
{
    /// <summary>For the audit log.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details => [("tables", Tables), ("rows", Rows), ("bytes", Bytes), ("sha256", Sha256)];

    /// <summary>Looks at a workspace that is about to be destroyed: nobody uses it any more.</summary>
    public static WorkspaceMeasure Of(Workspace workspace, DataFolder folder, MasterKey master)
    {
        var path = folder.DatabaseOf(workspace.Id);
        // Counted first: whoever closes the file last copies its log into it.
        var (tables, rows) = Count(workspace, path, master);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = 0L;
        foreach (var file in new[] { path, path + "-wal" }.Where(File.Exists))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[1 << 16];
            for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                hash.AppendData(buffer, 0, read);
                bytes += read;
            }
        }

        return new WorkspaceMeasure(tables, rows, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static (long? Tables, long? Rows) Count(Workspace workspace, string path, MasterKey master)
    {
        try
        {
            using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
            using var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadWrite);
            var catalog = CatalogStore.Read(connection);
            return (catalog.Tables.Count, catalog.Tables.Sum(table => table.RowCount));
        }
        catch (VaultException)
        {
            // Missing, damaged, or under another key: it is destroyed all the same.
            return (null, null);
        }
    }
}
