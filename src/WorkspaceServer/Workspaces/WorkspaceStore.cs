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

    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Add(Workspace workspace, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            "INSERT INTO workspace (id, name, key_salt, created_at) VALUES (@id, @name, @salt, @now)",
            ("@id", workspace.Id.ToString()),
            ("@name", workspace.Name),
            ("@salt", workspace.KeySalt),
            ("@now", workspace.CreatedAt.ToUnixTimeSeconds()));
        record(connection);
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

    /// <summary>Marks it deleted and destroys its salt: from then on no copy of its file can be read.</summary>
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
