using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;

namespace WorkspaceServer.Features.Downloads;

/// <summary>A link as its row has it.</summary>
internal sealed record DownloadLinkRow(string Id, string PersonId, string SessionId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Why no link was made.</summary>
internal enum NoDownloadLink
{
    /// <summary>As many wait to be used as may.</summary>
    TooMany,

    /// <summary>The session ended while it asked.</summary>
    SessionOver,
}

/// <summary>Who made a link that was just used.</summary>
internal sealed record DownloadLinkMaker(string PersonId, string Name);

/// <summary>All SQL about links that download. Table: download_link. Schema: Control/Migrations/0023.</summary>
internal sealed class DownloadLinkStore(ControlDatabase control, AuditLog audit)
{
    /// <summary>Writes a link down, unless the person has as many open ones as may be; forgets those that are over.</summary>
    /// <returns>What stands in the way; null if it is written down.</returns>
    public NoDownloadLink? Add(DownloadLinkRow link, int mostOpen, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM download_link WHERE expires_at <= @now", ("@now", link.CreatedAt.ToUnixTimeSeconds()));
        using (var session = connection.Command("SELECT 1 FROM session WHERE id = @session AND person_id = @person", ("@session", link.SessionId), ("@person", link.PersonId)))
        {
            if (session.ExecuteScalar() is null)
            {
                return NoDownloadLink.SessionOver;
            }
        }

        if (connection.Execute(
            """
            INSERT INTO download_link (id, person_id, session_id, created_at, expires_at)
            SELECT @id, @person, @session, @now, @expires
            WHERE (SELECT count(*) FROM download_link WHERE person_id = @person AND used_at IS NULL) < @most
            """,
            ("@id", link.Id),
            ("@person", link.PersonId),
            ("@session", link.SessionId),
            ("@now", link.CreatedAt.ToUnixTimeSeconds()),
            ("@expires", link.ExpiresAt.ToUnixTimeSeconds()),
            ("@most", mostOpen)) == 0)
        {
            return NoDownloadLink.TooMany;
        }

        audit.Append(connection, entry);
        connection.Commit();
        return null;
    }

    /// <summary>Uses a link, once: of any number of callers at once, one gets its maker. Used, too old, or its session has ended: null.</summary>
    /// <param name="entry">Recorded with it, of whoever made the link.</param>
    public DownloadLinkMaker? Use(string id, DateTimeOffset now, Func<DownloadLinkMaker, AuditEntry> entry)
    {
        using var connection = control.Open();
        connection.Begin();
        if (Use(connection, id, now) is not { } maker)
        {
            return null;
        }

        audit.Append(connection, entry(maker));
        connection.Commit();
        return maker;
    }

    private static DownloadLinkMaker? Use(ControlConnection connection, string id, DateTimeOffset now)
    {
        using var command = connection.Command(
            """
            UPDATE download_link SET used_at = @now WHERE id = @id AND used_at IS NULL AND expires_at > @now
            RETURNING person_id, (SELECT name FROM person WHERE person.id = download_link.person_id)
            """,
            ("@id", id), ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        return rows.Read() ? new DownloadLinkMaker(rows.GetString(0), rows.GetString(1)) : null;
    }
}
