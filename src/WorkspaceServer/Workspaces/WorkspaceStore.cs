using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces;

/// <param name="KeySalt">What the file's key is derived with; not secret, but without it every copy is unreadable.</param>
internal sealed record Workspace(WorkspaceId Id, string Name, byte[] KeySalt, DateTimeOffset CreatedAt);

/// <summary>All SQL about which workspaces exist. Table: workspace. Schema: Control/Migrations/0001.</summary>
internal sealed class WorkspaceStore(ControlDatabase control)
{
    private const string Columns = "SELECT id, name, key_salt, created_at FROM workspace ";

    /// <summary>Notes a workspace that is about to be made. It counts as deleted until <see cref="Finish"/>, so one that is cut short leaves what a deleted one leaves.</summary>
    public void Begin(Workspace workspace)
    {
        using var connection = control.Open();
        connection.Execute(
            "INSERT INTO workspace (id, name, key_salt, created_at, deleted_at) VALUES (@id, @name, @salt, @now, @now)",
            ("@id", workspace.Id.ToString()),
            ("@name", workspace.Name),
            ("@salt", workspace.KeySalt),
            ("@now", workspace.CreatedAt.ToUnixTimeSeconds()));
    }

    /// <summary>Makes the workspace's file and lets the workspace appear, while nobody sweeps.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Finish(WorkspaceId id, Action makeFile, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        makeFile();
        connection.Execute("UPDATE workspace SET deleted_at = NULL WHERE id = @id", ("@id", id.ToString()));
        record(connection);
        connection.Commit();
    }

    /// <summary>Hands every deleted workspace to <paramref name="remove"/>, while nobody makes one.</summary>
    public void Sweep(Action<WorkspaceId> remove)
    {
        using var connection = control.Open();
        connection.Begin();
        var deleted = new List<WorkspaceId>();
        using (var command = connection.Command("SELECT id FROM workspace WHERE deleted_at IS NOT NULL"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                deleted.Add(WorkspaceId.Parse(rows.GetString(0)));
            }
        }

        deleted.ForEach(remove);
        connection.Commit();
    }

    /// <summary>Null if it never existed or was deleted.</summary>
    public Workspace? Find(WorkspaceId id)
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "WHERE id = @id AND deleted_at IS NULL", ("@id", id.ToString()));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Workspace> List()
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "WHERE deleted_at IS NULL ORDER BY id");
        using var rows = command.ExecuteReader();
        var list = new List<Workspace>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <summary>Marks it deleted and destroys its salt: from then on no copy of its file can be read, but with a backup of this database that is older.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <returns>False if there was none.</returns>
    public bool Delete(WorkspaceId id, DateTimeOffset now, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute(
            "UPDATE workspace SET deleted_at = @now, key_salt = zeroblob(32) WHERE id = @id AND deleted_at IS NULL",
            ("@now", now.ToUnixTimeSeconds()),
            ("@id", id.ToString())) == 0)
        {
            return false;
        }

        record(connection);
        connection.Commit();
        return true;
    }

    private static Workspace Read(SqliteDataReader row) => new(
        WorkspaceId.Parse(row.GetString(0)),
        row.GetString(1),
        row.GetFieldValue<byte[]>(2),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3)));
}
