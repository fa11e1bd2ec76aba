using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <param name="Reads">How often it was used.</param>
/// <param name="ReviewedBy">Null with <paramref name="ReviewedAt"/> set: the operator.</param>
internal sealed record SupportGrant(
    string Id,
    WorkspaceId Workspace,
    string Person,
    string Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? ReviewedAt,
    string? ReviewedBy,
    string? ReviewNote,
    long Reads)
{
    public bool IsOver(DateTimeOffset now) => EndedAt is not null || ExpiresAt <= now;

    public string StateAt(DateTimeOffset now) => ReviewedAt is not null ? "reviewed" : IsOver(now) ? "to_review" : "open";
}

/// <param name="What">Method and pattern of the route, or the columns that a query touched.</param>
internal sealed record SupportRead(long Id, DateTimeOffset At, string What);

/// <summary>All SQL about support grants. Tables: support_grant, support_read. Schema: Control/Migrations/0006.</summary>
internal sealed class SupportStore(ControlDatabase control)
{
    private const string Columns =
        """
        SELECT id, workspace_id, person_id, reason, created_at, expires_at, ended_at, reviewed_at, reviewed_by, review_note,
               (SELECT count(*) FROM support_read WHERE support_read.grant_id = support_grant.id)
        FROM support_grant 
        """;

    public ControlConnection Open() => control.Open();

    /// <returns>False if the person is no active super admin, or is a member and so needs no grant, or there is no such workspace.</returns>
    public static bool Add(ControlConnection connection, SupportGrant grant) => connection.Execute(
        """
        INSERT INTO support_grant (id, workspace_id, person_id, reason, created_at, expires_at)
        SELECT @id, workspace.id, person.id, @reason, @created, @expires
        FROM workspace, person
        WHERE workspace.id = @workspace AND workspace.deleted_at IS NULL
        AND person.id = @person AND person.system_role = 'super_admin' AND person.suspended_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM membership WHERE membership.workspace_id = workspace.id AND membership.person_id = person.id)
        """,
        ("@id", grant.Id),
        ("@workspace", grant.Workspace.ToString()),
        ("@person", grant.Person),
        ("@reason", grant.Reason),
        ("@created", grant.CreatedAt.ToUnixTimeSeconds()),
        ("@expires", grant.ExpiresAt.ToUnixTimeSeconds())) == 1;

    /// <summary>Of one workspace, or of all; newest first.</summary>
    public IReadOnlyList<SupportGrant> List(WorkspaceId? workspace, string? before, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + "WHERE (@workspace IS NULL OR workspace_id = @workspace) AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit",
            ("@workspace", workspace?.ToString()),
            ("@before", before),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<SupportGrant>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    public static SupportGrant? Find(ControlConnection connection, WorkspaceId workspace, string id)
    {
        using var command = connection.Command(Columns + "WHERE workspace_id = @workspace AND id = @id", ("@workspace", workspace.ToString()), ("@id", id));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>The workspace that a grant is for; null if there is no such grant.</summary>
    public WorkspaceId? WorkspaceOf(string id)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT workspace_id FROM support_grant WHERE id = @id", ("@id", id));
        return command.ExecuteScalar() is string workspace ? WorkspaceId.Parse(workspace) : null;
    }

    /// <returns>False if it is over already.</returns>
    public static bool End(ControlConnection connection, WorkspaceId workspace, string id, DateTimeOffset now) => connection.Execute(
        "UPDATE support_grant SET ended_at = @now WHERE workspace_id = @workspace AND id = @id AND ended_at IS NULL AND expires_at > @now",
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <returns>False if it is not over yet, was signed off before, or is the signer's own.</returns>
    public static bool Review(ControlConnection connection, WorkspaceId workspace, string id, string? by, string note, DateTimeOffset now) => connection.Execute(
        """
        UPDATE support_grant SET reviewed_at = @now, reviewed_by = @by, review_note = @note
        WHERE workspace_id = @workspace AND id = @id AND reviewed_at IS NULL AND (ended_at IS NOT NULL OR expires_at <= @now) AND person_id IS NOT @by
        """,
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@by", by),
        ("@note", note),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    public static void AddRead(ControlConnection connection, string grant, string what, DateTimeOffset now) => connection.Execute(
        "INSERT INTO support_read (grant_id, at, what) VALUES (@grant, @now, @what)",
        ("@grant", grant),
        ("@now", now.ToUnixTimeSeconds()),
        ("@what", what));

    /// <summary>Each read under a grant, oldest first.</summary>
    public IReadOnlyList<SupportRead> Reads(WorkspaceId workspace, string grant, long after, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT support_read.id, support_read.at, support_read.what
            FROM support_read JOIN support_grant ON support_grant.id = support_read.grant_id
            WHERE support_grant.workspace_id = @workspace AND support_grant.id = @grant AND support_read.id > @after
            ORDER BY support_read.id LIMIT @limit
            """,
            ("@workspace", workspace.ToString()),
            ("@grant", grant),
            ("@after", after),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<SupportRead>();
        while (rows.Read())
        {
            list.Add(new SupportRead(rows.GetInt64(0), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(1)), rows.GetString(2)));
        }

        return list;
    }

    private static SupportGrant Read(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        row.GetString(3),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)),
        row.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(6)),
        row.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
        row.IsDBNull(8) ? null : row.GetString(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.GetInt64(10));
}
