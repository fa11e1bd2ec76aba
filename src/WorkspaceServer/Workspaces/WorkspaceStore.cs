using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces;

/// <param name="KeySalt">What the file's key is derived with; not secret, but without it every copy is unreadable.</param>
/// <param name="HeldUntil">Until when it can be brought back, if it was deleted; else null.</param>
internal sealed record Workspace(WorkspaceId Id, string Name, byte[] KeySalt, DateTimeOffset CreatedAt, DateTimeOffset? HeldUntil = null);

/// <summary>All SQL about which workspaces exist. Table: workspace. Schema: Control/Migrations/0001, 0017.</summary>
internal sealed class WorkspaceStore(ControlDatabase control)
{
    private const string Columns = "SELECT id, name, key_salt, created_at, held_until FROM workspace ";
    private const string Kept = "(deleted_at IS NULL OR held_until IS NOT NULL)";

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

    /// <summary>Lets the workspace appear, whose file is there.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Finish(WorkspaceId id, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("UPDATE workspace SET deleted_at = NULL WHERE id = @id", ("@id", id.ToString()));
        record(connection);
        connection.Commit();
    }

    /// <summary>Every workspace that was deleted and is not on hold, or that is being made.</summary>
    public IReadOnlyList<WorkspaceId> ListGone()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT id FROM workspace WHERE deleted_at IS NOT NULL AND held_until IS NULL");
        using var rows = command.ExecuteReader();
        var gone = new List<WorkspaceId>();
        while (rows.Read())
        {
            gone.Add(WorkspaceId.Parse(rows.GetString(0)));
        }

        return gone;
    }

    /// <summary>Whether it is one of <see cref="ListGone"/> now.</summary>
    public bool IsGone(WorkspaceId id)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM workspace WHERE id = @id AND deleted_at IS NOT NULL AND held_until IS NULL", ("@id", id.ToString()));
        return (long)command.ExecuteScalar()! == 1;
    }

    /// <summary>Null if it never existed or was deleted.</summary>
    public Workspace? Find(WorkspaceId id) => All(Columns + "WHERE id = @id AND deleted_at IS NULL", ("@id", id.ToString())) is [var found] ? found : null;

    /// <summary>Also if it is on hold.</summary>
    public Workspace? FindKept(WorkspaceId id) => All(Columns + "WHERE id = @id AND " + Kept, ("@id", id.ToString())) is [var found] ? found : null;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Workspace> List() => All(Columns + "WHERE deleted_at IS NULL ORDER BY id");

    /// <summary>One page of them, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<Workspace> ListPage(string? after, int limit) =>
        All(Columns + "WHERE deleted_at IS NULL AND (@after IS NULL OR id > @after) ORDER BY id LIMIT @limit", ("@after", after), ("@limit", limit));

    /// <summary>One page of those that were deleted and can still be brought back, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<Workspace> ListHeld(DateTimeOffset now, string? after, int limit) => All(
        Columns + "WHERE held_until > @now AND (@after IS NULL OR id > @after) ORDER BY id LIMIT @limit", ("@now", now.ToUnixTimeSeconds()), ("@after", after), ("@limit", limit));

    public long Count()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM workspace WHERE deleted_at IS NULL");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Also those on hold: every workspace that has a file and a key. Oldest first.</summary>
    public IReadOnlyList<Workspace> ListKept() => All(Columns + "WHERE " + Kept + " ORDER BY id");

    /// <summary>Lets nobody reach it any more, but keeps it until then.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <returns>False if there was none.</returns>
    public bool Hold(WorkspaceId id, DateTimeOffset now, DateTimeOffset until, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        if (!Hold(connection, id, now, until))
        {
            return false;
        }

        record(connection);
        connection.Commit();
        return true;
    }

    /// <summary>The same in the caller's transaction.</summary>
    public static bool Hold(ControlConnection connection, WorkspaceId id, DateTimeOffset now, DateTimeOffset until) => connection.Execute(
        "UPDATE workspace SET deleted_at = @now, held_until = @until WHERE id = @id AND deleted_at IS NULL",
        ("@now", now.ToUnixTimeSeconds()),
        ("@until", until.ToUnixTimeSeconds()),
        ("@id", id.ToString())) == 1;

    /// <summary>Brings one back that is on hold.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <returns>False if it is not on hold, or no longer.</returns>
    public bool BringBack(WorkspaceId id, DateTimeOffset now, Action<ControlConnection> record) => Change(
        "UPDATE workspace SET deleted_at = NULL, held_until = NULL WHERE id = @id AND held_until > @now", record, ("@now", now.ToUnixTimeSeconds()), ("@id", id.ToString()));

    /// <summary>Marks it deleted and destroys its salt, on hold or not: from then on no copy of its file can be read, but with a backup of this database that is older.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <returns>False if there was none.</returns>
    public bool Delete(WorkspaceId id, DateTimeOffset now, Action<ControlConnection> record) => Change(
        "UPDATE workspace SET deleted_at = @now, held_until = NULL, key_salt = zeroblob(32) WHERE id = @id AND (deleted_at IS NULL OR held_until IS NOT NULL)",
        record,
        ("@now", now.ToUnixTimeSeconds()),
        ("@id", id.ToString()));

    /// <summary>In the caller's transaction.</summary>
    public static void ForgetName(ControlConnection connection, WorkspaceId id) => connection.Execute("UPDATE workspace SET name = '' WHERE id = @id", ("@id", id.ToString()));

    /// <inheritdoc cref="ControlDatabase.EmptyLog"/>
    public bool Forget() => control.EmptyLog();

    /// <summary>Marks all but these deleted and destroys their salts, where only some were brought back for practice.</summary>
    public void DeleteOthers(IReadOnlyCollection<WorkspaceId> kept, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            "UPDATE workspace SET deleted_at = @now, held_until = NULL, key_salt = zeroblob(32) WHERE (deleted_at IS NULL OR held_until IS NOT NULL) AND id NOT IN (SELECT value FROM json_each(@kept))",
            ("@now", now.ToUnixTimeSeconds()),
            ("@kept", $"[{string.Join(',', kept.Select(id => $"\"{id}\""))}]"));
    }

    private bool Change(string sql, Action<ControlConnection> record, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute(sql, values) == 0)
        {
            return false;
        }

        record(connection);
        connection.Commit();
        return true;
    }

    private List<Workspace> All(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, values);
        using var rows = command.ExecuteReader();
        var list = new List<Workspace>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    private static Workspace Read(SqliteDataReader row) => new(
        WorkspaceId.Parse(row.GetString(0)),
        row.GetString(1),
        row.GetFieldValue<byte[]>(2),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3)),
        row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)));
}
