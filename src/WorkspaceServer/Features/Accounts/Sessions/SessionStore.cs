using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;

namespace WorkspaceServer.Features.Accounts.Sessions;

/// <summary>One signed-in browser, and the person it belongs to. The secret in its cookie is known to the browser only.</summary>
/// <param name="ExpiresAt">When it ends whatever happens.</param>
/// <param name="Idle">It ends after this time without use.</param>
internal sealed record Session(
    string Id,
    string PersonId,
    DateTimeOffset CreatedAt,
    DateTimeOffset RotatedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset AuthenticatedAt,
    DateTimeOffset ExpiresAt,
    TimeSpan Idle,
    bool HasMfa,
    string Address,
    string UserAgent)
{
    public bool IsOver(DateTimeOffset now) => now >= ExpiresAt || now >= LastSeenAt + Idle;
}

/// <param name="IsPrevious">The secret is the one before the last rotation.</param>
internal sealed record FoundSession(Session Session, bool IsPrevious, string Email, string Name, SystemRole Role);

/// <summary>All SQL about sessions. Table: session, and reads of workspace. Schema: Control/Migrations/0005 and 0013.</summary>
internal sealed class SessionStore(ControlDatabase control, AuditLog audit)
{
    private const string Columns =
        """
        SELECT session.id, session.person_id, session.created_at, session.rotated_at, session.last_seen_at, session.authenticated_at,
            session.expires_at,
            -- By the shortest of the person's workspaces; where none says anything, as on the whole server. Looked up each time, so that a change holds at once.
            coalesce(
                (SELECT min(coalesce(workspace.session_idle_minutes * 60, session.idle_seconds))
                 FROM membership JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL
                 WHERE membership.person_id = session.person_id),
                session.idle_seconds),
            session.has_mfa, session.address, session.user_agent
        """;

    private const int ColumnCount = 11;

    /// <summary>Adds a session, and forgets those of everybody that are over for good.</summary>
    public void Add(Session session, byte[] sha256)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM session WHERE expires_at <= @now", ("@now", session.CreatedAt.ToUnixTimeSeconds()));
        connection.Execute(
            """
            INSERT INTO session (id, person_id, sha256, created_at, rotated_at, last_seen_at, authenticated_at, expires_at, idle_seconds, has_mfa, address, user_agent)
            VALUES (@id, @person, @sha256, @created, @rotated, @seen, @authenticated, @expires, @idle, @mfa, @address, @agent)
            """,
            ("@id", session.Id),
            ("@person", session.PersonId),
            ("@sha256", sha256),
            ("@created", session.CreatedAt.ToUnixTimeSeconds()),
            ("@rotated", session.RotatedAt.ToUnixTimeSeconds()),
            ("@seen", session.LastSeenAt.ToUnixTimeSeconds()),
            ("@authenticated", session.AuthenticatedAt.ToUnixTimeSeconds()),
            ("@expires", session.ExpiresAt.ToUnixTimeSeconds()),
            ("@idle", (long)session.Idle.TotalSeconds),
            ("@mfa", session.HasMfa ? 1 : 0),
            ("@address", session.Address),
            ("@agent", session.UserAgent));
        connection.Commit();
    }

    /// <summary>The session of this secret, over or not; null if there is none or its person is suspended.</summary>
    public FoundSession? Find(byte[] sha256)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns
            + """
              , session.sha256 <> @sha256, person.email, person.name, person.system_role
              FROM session JOIN person ON person.id = session.person_id AND person.suspended_at IS NULL
              WHERE session.sha256 = @sha256 OR session.previous_sha256 = @sha256
              """,
            ("@sha256", sha256));
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? new FoundSession(
                Read(rows),
                rows.GetBoolean(ColumnCount),
                rows.GetString(ColumnCount + 1),
                rows.GetString(ColumnCount + 2),
                PeopleStore.RoleOf(rows.GetString(ColumnCount + 3)))
            : null;
    }

    /// <summary>One session of a person, over or not; null if there is none or the person is suspended. Looking is not use.</summary>
    public Session? FindById(string personId, string id)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + " FROM session JOIN person ON person.id = session.person_id AND person.suspended_at IS NULL WHERE session.id = @id AND session.person_id = @person",
            ("@id", id), ("@person", personId));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Sessions of one person, the one used last first.</summary>
    public IReadOnlyList<Session> List(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + " FROM session WHERE session.person_id = @person ORDER BY session.last_seen_at DESC, session.id DESC", ("@person", personId));
        using var rows = command.ExecuteReader();
        var list = new List<Session>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    public void Touch(string id, string address, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            "UPDATE session SET last_seen_at = @now, address = @address WHERE id = @id AND last_seen_at < @now",
            ("@id", id), ("@address", address), ("@now", now.ToUnixTimeSeconds()));
    }

    /// <summary>Gives a session a new secret; the old one becomes the previous one.</summary>
    /// <returns>False if a request beside this one was faster, or the session is gone.</returns>
    public bool Rotate(byte[] sha256, byte[] newSha256, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(
            "UPDATE session SET previous_sha256 = sha256, sha256 = @new, rotated_at = @now WHERE sha256 = @old",
            ("@old", sha256), ("@new", newSha256), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    /// <summary>Notes that the person proved anew who they are. Gives a new secret too, and the one before is refused at once.</summary>
    public bool Refresh(string id, byte[] newSha256, bool hasMfa, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(
            """
            UPDATE session SET sha256 = @new, previous_sha256 = NULL, rotated_at = @now, authenticated_at = @now, has_mfa = max(has_mfa, @mfa)
            WHERE id = @id
            """,
            ("@id", id), ("@new", newSha256), ("@mfa", hasMfa ? 1 : 0), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    /// <returns>False if the person has no such session.</returns>
    public bool End(string personId, string id)
    {
        using var connection = control.Open();
        return connection.Execute("DELETE FROM session WHERE id = @id AND person_id = @person", ("@id", id), ("@person", personId)) == 1;
    }

    /// <summary>Ends a session whose old secret came again, and records it in the same transaction.</summary>
    public void EndReplayed(string personId, string id)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute("DELETE FROM session WHERE id = @id", ("@id", id)) == 1)
        {
            audit.Append(connection, AccountEntry.About(AuditActions.SessionRevoked, personId) with { Outcome = "replayed", Details = [("session", id)] });
            connection.Commit();
        }
    }

    /// <summary>Ends every session of a person, except perhaps one.</summary>
    /// <returns>How many.</returns>
    public int EndAll(string personId, string? exceptId = null)
    {
        using var connection = control.Open();
        return connection.Execute(
            "DELETE FROM session WHERE person_id = @person AND (@except IS NULL OR id <> @except)", ("@person", personId), ("@except", exceptId));
    }

    private static Session Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        At(row, 2),
        At(row, 3),
        At(row, 4),
        At(row, 5),
        At(row, 6),
        TimeSpan.FromSeconds(row.GetInt64(7)),
        row.GetBoolean(8),
        row.GetString(9),
        row.GetString(10));

    private static DateTimeOffset At(SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));
}
