using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents;

/// <summary>All SQL about agents, pairing tokens and used assertions. Schema: Control/Migrations/0009.</summary>
internal sealed class AgentStore(ControlDatabase control)
{
    private const string AgentColumns =
        "SELECT agent.id, agent.workspace_id, agent.name, agent.public_key, agent.server_key, agent.version, agent.platform, agent.created_by, agent.paired_at, agent.revoked_at FROM agent ";

    private const string TokenColumns =
        "SELECT id, workspace_id, name, created_by, created_at, expires_at, redeemed_at, agent_id, revoked_at FROM pairing_token ";

    public ControlConnection Open() => control.Open();

    /// <param name="sha256">The only trace of the token that is kept.</param>
    /// <returns>False if the workspace has as many open ones as it can.</returns>
    public static bool AddToken(ControlConnection connection, PairingToken token, byte[] sha256, int maxOpen) => connection.Execute(
        """
        INSERT INTO pairing_token (id, sha256, workspace_id, name, created_by, created_at, expires_at)
        SELECT @id, @sha256, @workspace, @name, @by, @created, @expires
        WHERE (SELECT count(*) FROM pairing_token
               WHERE workspace_id = @workspace AND redeemed_at IS NULL AND revoked_at IS NULL AND expires_at > @created) < @max
        """,
        ("@id", token.Id),
        ("@sha256", sha256),
        ("@workspace", token.Workspace.ToString()),
        ("@name", token.Name),
        ("@by", token.CreatedBy),
        ("@created", token.CreatedAt.ToUnixTimeSeconds()),
        ("@expires", token.ExpiresAt.ToUnixTimeSeconds()),
        ("@max", maxOpen)) == 1;

    /// <summary>Uses a token up, if it is good now: this one statement decides between any number of agents that try.</summary>
    public static bool Redeem(ControlConnection connection, byte[] sha256, string agent, DateTimeOffset now) => connection.Execute(
        """
        UPDATE pairing_token SET redeemed_at = @now, agent_id = @agent
        WHERE sha256 = @sha256 AND redeemed_at IS NULL AND revoked_at IS NULL AND expires_at > @now
        AND EXISTS (SELECT 1 FROM workspace WHERE workspace.id = pairing_token.workspace_id AND workspace.deleted_at IS NULL)
        """,
        ("@sha256", sha256),
        ("@agent", agent),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>The token with this hash, whether or not it is still good; null if there is none or its workspace was deleted.</summary>
    public static PairingToken? FindToken(ControlConnection connection, byte[] sha256) => First(
        connection,
        TokenColumns + "WHERE sha256 = @sha256 AND EXISTS (SELECT 1 FROM workspace WHERE workspace.id = pairing_token.workspace_id AND workspace.deleted_at IS NULL)",
        ReadToken,
        ("@sha256", sha256));

    /// <summary>The token of this workspace with this id, whether or not it is still good; null if there is none.</summary>
    public PairingToken? FindToken(WorkspaceId workspace, string id)
    {
        using var connection = control.Open();
        return First(connection, TokenColumns + "WHERE workspace_id = @workspace AND id = @id", ReadToken, ("@workspace", workspace.ToString()), ("@id", id));
    }

    /// <summary>When tokens of a workspace that nobody used or withdrew lapse or lapsed: all that are good now, and the one that lapsed last.</summary>
    public IReadOnlyList<DateTimeOffset> UnusedUntil(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT expires_at FROM pairing_token WHERE workspace_id = @workspace AND redeemed_at IS NULL AND revoked_at IS NULL ORDER BY expires_at DESC LIMIT @limit",
            ("@workspace", workspace.ToString()),
            ("@limit", AgentDesk.MaxOpenTokens + 1));
        using var rows = command.ExecuteReader();
        var ends = new List<DateTimeOffset>();
        while (rows.Read())
        {
            ends.Add(DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(0)));
        }

        return ends;
    }

    /// <summary>Of one workspace, newest first; used, expired and revoked ones too.</summary>
    public IReadOnlyList<PairingToken> ListTokens(WorkspaceId workspace, string? before, int limit) => List(
        TokenColumns + "WHERE workspace_id = @workspace AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit", ReadToken, workspace, before, limit);

    /// <returns>False if the workspace has no such token, or it is used, expired or revoked.</returns>
    public static bool RevokeToken(ControlConnection connection, WorkspaceId workspace, string id, DateTimeOffset now) => connection.Execute(
        """
        UPDATE pairing_token SET revoked_at = @now
        WHERE workspace_id = @workspace AND id = @id AND redeemed_at IS NULL AND revoked_at IS NULL AND expires_at > @now
        """,
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    public static void Add(ControlConnection connection, Agent agent) => connection.Execute(
        """
        INSERT INTO agent (id, workspace_id, name, public_key, server_key, version, platform, created_by, paired_at)
        VALUES (@id, @workspace, @name, @key, @server, @version, @platform, @by, @now)
        """,
        ("@id", agent.Id),
        ("@workspace", agent.Workspace.ToString()),
        ("@name", agent.Name),
        ("@key", agent.PublicKey),
        ("@server", agent.ServerKey),
        ("@version", agent.Version),
        ("@platform", agent.Platform),
        ("@by", agent.CreatedBy),
        ("@now", agent.PairedAt.ToUnixTimeSeconds()));

    /// <summary>Null if there is none or its workspace was deleted; revoked ones too.</summary>
    public Agent? Find(string id)
    {
        using var connection = control.Open();
        return First(connection, AgentColumns + "JOIN workspace ON workspace.id = agent.workspace_id AND workspace.deleted_at IS NULL WHERE agent.id = @id", ReadAgent, ("@id", id));
    }

    /// <summary>Of one workspace, newest first; revoked ones too.</summary>
    public IReadOnlyList<Agent> List(WorkspaceId workspace, string? before, int limit) => List(
        AgentColumns + "WHERE agent.workspace_id = @workspace AND (@before IS NULL OR agent.id < @before) ORDER BY agent.id DESC LIMIT @limit", ReadAgent, workspace, before, limit);

    /// <summary>Of every agent that may send, in any workspace that is there.</summary>
    public IReadOnlyCollection<string> ActiveIds()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT agent.id FROM agent JOIN workspace ON workspace.id = agent.workspace_id AND workspace.deleted_at IS NULL WHERE agent.revoked_at IS NULL");
        using var rows = command.ExecuteReader();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }

        return ids;
    }

    /// <returns>False if the workspace has no such agent.</returns>
    public static bool Rename(ControlConnection connection, WorkspaceId workspace, string id, string name) => connection.Execute(
        "UPDATE agent SET name = @name WHERE workspace_id = @workspace AND id = @id AND revoked_at IS NULL",
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@name", name)) == 1;

    /// <returns>False if the workspace has no such agent, or it was revoked before.</returns>
    public static bool Revoke(ControlConnection connection, WorkspaceId workspace, string id, DateTimeOffset now) => connection.Execute(
        "UPDATE agent SET revoked_at = @now WHERE workspace_id = @workspace AND id = @id AND revoked_at IS NULL",
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>Uses an assertion up, and forgets those that are too old to come again.</summary>
    /// <returns>False if it was used before.</returns>
    public bool UseAssertion(string agent, string jti, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM agent_assertion WHERE expires_at < @now", ("@now", now.ToUnixTimeSeconds()));
        return connection.Execute(
            "INSERT INTO agent_assertion (agent_id, jti, expires_at) VALUES (@agent, @jti, @expires) ON CONFLICT DO NOTHING",
            ("@agent", agent),
            ("@jti", jti),
            ("@expires", expiresAt.ToUnixTimeSeconds())) == 1;
    }

    private List<T> List<T>(string sql, Func<SqliteDataReader, T> read, WorkspaceId workspace, string? before, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, ("@workspace", workspace.ToString()), ("@before", before), ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read())
        {
            list.Add(read(rows));
        }

        return list;
    }

    private static T? First<T>(ControlConnection connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class
    {
        using var command = connection.Command(sql, parameters);
        using var rows = command.ExecuteReader();
        return rows.Read() ? read(rows) : null;
    }

    private static Agent ReadAgent(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        row.GetFieldValue<byte[]>(3),
        row.GetFieldValue<byte[]>(4),
        row.GetString(5),
        row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(8)),
        Time(row, 9));

    private static PairingToken ReadToken(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)),
        Time(row, 6),
        row.IsDBNull(7) ? null : row.GetString(7),
        Time(row, 8));

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));
}
