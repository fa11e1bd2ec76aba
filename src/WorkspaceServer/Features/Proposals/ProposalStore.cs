using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Proposals;

/// <summary>All SQL about proposals. Table: proposal, and reads of what the clients may still do. Schema: Control/Migrations/0020.</summary>
internal sealed class ProposalStore(ControlDatabase control, AuditLog audit)
{
    /// <summary>Whether the client could still propose it: neither stopped nor narrowed, and whoever connected it is still a member. A client that was cut off leaves nothing to say yes to.</summary>
    private const string MayStillPropose =
        """
        (NOT EXISTS (SELECT 1 FROM ai_stop WHERE ai_stop.workspace_id IN ('', proposal.workspace_id))
         AND EXISTS (
            SELECT 1 FROM (
                SELECT id, workspace_id, person_id, scopes, expires_at, coalesce(revoked_at, paused_at) AS stopped_at FROM oauth_grant
                UNION ALL SELECT id, workspace_id, created_by, scopes, expires_at, revoked_at FROM token) AS access
            WHERE access.id = proposal.token_id AND access.workspace_id = proposal.workspace_id AND access.stopped_at IS NULL AND access.expires_at > @now
                AND instr(' ' || access.scopes || ' ', ' actions:propose ') > 0
                AND (access.person_id IS NULL OR EXISTS (
                    SELECT 1 FROM membership
                    WHERE membership.workspace_id = access.workspace_id AND membership.person_id = access.person_id AND membership.suspended_at IS NULL))))
        """;

    private const string Select =
        "SELECT proposal.id, token_id, client, proposal.name, sql, reason, proposed_at, expires_at, is_accepted, decided_by, person.name, decided_at, " + MayStillPropose
        + " FROM proposal LEFT JOIN person ON person.id = proposal.decided_by WHERE proposal.workspace_id = @workspace";

    private const string Decision =
        "UPDATE proposal SET is_accepted = @accepted, decided_at = @now, decided_by = @by "
        + "WHERE workspace_id = @workspace AND id = @id AND is_accepted IS NULL AND expires_at > @now AND " + MayStillPropose;

    /// <summary>Writes it down, unless as many wait as may, of this client or in all; forgets those made before a time.</summary>
    /// <returns>False if too many wait.</returns>
    public bool Add(WorkspaceId workspace, Proposal proposal, int most, int mostOfClient, DateTimeOffset forgetBefore, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            "DELETE FROM proposal WHERE workspace_id = @workspace AND proposed_at < @before", ("@workspace", workspace.ToString()), ("@before", forgetBefore.ToUnixTimeSeconds()));
        if (connection.Execute(
            """
            INSERT INTO proposal (id, workspace_id, token_id, client, name, sql, reason, proposed_at, expires_at)
            SELECT @id, @workspace, @token, @client, @name, @sql, @reason, @now, @expires
            FROM (SELECT count(*) AS waiting, count(*) FILTER (WHERE token_id = @token) AS own
                  FROM proposal WHERE workspace_id = @workspace AND is_accepted IS NULL AND expires_at > @now)
            WHERE waiting < @most AND own < @mostOfClient
            """,
            ("@id", proposal.Id),
            ("@workspace", workspace.ToString()),
            ("@token", proposal.TokenId),
            ("@client", proposal.Client),
            ("@name", proposal.Name),
            ("@sql", proposal.Sql),
            ("@reason", proposal.Reason),
            ("@now", proposal.ProposedAt.ToUnixTimeSeconds()),
            ("@expires", proposal.ExpiresAt.ToUnixTimeSeconds()),
            ("@most", most),
            ("@mostOfClient", mostOfClient)) == 0)
        {
            return false;
        }

        audit.Append(connection, entry);
        connection.Commit();
        return true;
    }

    /// <summary>The newest of a client with this name and statement, made after a time; null if there is none.</summary>
    public Proposal? FindSame(WorkspaceId workspace, string token, string name, string sql, DateTimeOffset after, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Select + " AND token_id = @token AND proposal.name = @name AND sql = @sql AND proposed_at >= @after ORDER BY proposed_at DESC, proposal.id DESC LIMIT 1",
            ("@workspace", workspace.ToString()),
            ("@token", token),
            ("@name", name),
            ("@sql", sql),
            ("@after", after.ToUnixTimeSeconds()),
            ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    public Proposal? Find(WorkspaceId workspace, string id, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(Select + " AND proposal.id = @id", ("@workspace", workspace.ToString()), ("@id", id), ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Newest first.</summary>
    /// <param name="after">Only those before this one in time; null for the newest.</param>
    public IReadOnlyList<Proposal> List(WorkspaceId workspace, string? after, int limit, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Select + " AND (@after IS NULL OR proposal.id < @after) ORDER BY proposal.id DESC LIMIT @limit",
            ("@workspace", workspace.ToString()),
            ("@after", after),
            ("@limit", limit),
            ("@now", now.ToUnixTimeSeconds()));
        return ReadAll(command);
    }

    /// <summary>Those that wait for a person and whose client may still propose, newest first.</summary>
    public IReadOnlyList<Proposal> ListPending(WorkspaceId workspace, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Select + " AND is_accepted IS NULL AND proposal.expires_at > @now AND " + MayStillPropose + " ORDER BY proposal.id DESC", ("@workspace", workspace.ToString()), ("@now", now.ToUnixTimeSeconds()));
        return ReadAll(command);
    }

    /// <summary>Says yes or no, once: the one statement that does it finds only what still waits, of a client that may still propose.</summary>
    /// <param name="act">What else happens in the same transaction; false undoes all of it.</param>
    /// <returns>False if it does not wait any more, or the act failed.</returns>
    public bool Decide(WorkspaceId workspace, string id, Decided decided, AuditEntry entry, Func<ControlConnection, bool> act)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute(
            Decision,
            ("@workspace", workspace.ToString()),
            ("@id", id),
            ("@accepted", decided.IsAccepted ? 1 : 0),
            ("@now", decided.At.ToUnixTimeSeconds()),
            ("@by", decided.By)) == 0 || !act(connection))
        {
            return false;
        }

        audit.Append(connection, entry);
        connection.Commit();
        return true;
    }

    private static List<Proposal> ReadAll(SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        var list = new List<Proposal>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    private static Proposal Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(6)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
        row.IsDBNull(8) ? null : new Decided(row.GetInt64(8) == 1, row.GetString(9), row.GetString(10), DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(11))),
        row.GetInt64(12) == 1);
}
