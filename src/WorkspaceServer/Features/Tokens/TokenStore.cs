using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens;

/// <summary>What is known of a token. The token itself is known to its owner only.</summary>
/// <param name="CreatedBy">The member who made it; null if the operator did.</param>
/// <param name="Tools">The only tools that it may use; null for all that its scopes open.</param>
/// <param name="Resource">The only address that it is for (RFC 8707); null for tokens that name none.</param>
/// <param name="IsPaused">An owner stopped it for a while.</param>
internal sealed record TokenRecord(
    string Id,
    WorkspaceId Workspace,
    string Name,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> HiddenColumns,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? CreatedBy,
    TokenBudget Budget = default,
    IReadOnlyList<string>? Tools = null,
    string? Resource = null,
    bool IsPaused = false);

/// <summary>What a token may read in a day (UTC); null for what the settings say.</summary>
/// <param name="Bytes">Of the answers.</param>
internal readonly record struct TokenBudget(long? Rows, long? Bytes)
{
    public const long MaxRows = 1_000_000_000;

    public const long MaxBytes = 1_000_000_000_000;
}

/// <summary>All SQL of this feature. Table: token. Schema: Control/Migrations/0001 and 0006.</summary>
internal sealed class TokenStore(ControlDatabase control, AuditLog audit)
{
    private const string Columns =
        "SELECT token.id, token.workspace_id, token.name, token.scopes, token.hidden_columns, token.created_at, token.expires_at, token.revoked_at, "
        + "token.created_by, token.rows_per_day, token.bytes_per_day FROM token ";

    /// <param name="sha256">The only trace of the token's text that is kept.</param>
    /// <param name="entry">Recorded if and only if the token is there.</param>
    public void Add(TokenRecord token, byte[] sha256, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            """
            INSERT INTO token (id, sha256, workspace_id, name, scopes, hidden_columns, created_at, expires_at, created_by, rows_per_day, bytes_per_day)
            VALUES (@id, @sha256, @workspace, @name, @scopes, @hidden, @created, @expires, @by, @rows, @bytes)
            """,
            ("@id", token.Id),
            ("@sha256", sha256),
            ("@workspace", token.Workspace.ToString()),
            ("@name", token.Name),
            ("@scopes", Scopes.Format(token.Scopes)),
            ("@hidden", JsonSerializer.Serialize(token.HiddenColumns)),
            ("@created", token.CreatedAt.ToUnixTimeSeconds()),
            ("@expires", token.ExpiresAt.ToUnixTimeSeconds()),
            ("@by", token.CreatedBy),
            ("@rows", token.Budget.Rows),
            ("@bytes", token.Budget.Bytes));
        audit.Append(connection, entry);
        connection.Commit();
    }

    /// <summary>The token with this hash, whether or not it is still good; null if there is none or its workspace was deleted.</summary>
    public TokenRecord? Find(byte[] sha256)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + "JOIN workspace ON workspace.id = token.workspace_id AND workspace.deleted_at IS NULL WHERE token.sha256 = @sha256",
            ("@sha256", sha256));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Tokens of one workspace, or of all, newest first; revoked and expired ones too.</summary>
    public IReadOnlyList<TokenRecord> List(WorkspaceId? workspace = null)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + "WHERE @workspace IS NULL OR workspace_id = @workspace ORDER BY created_at DESC, id DESC", ("@workspace", workspace?.ToString()));
        using var rows = command.ExecuteReader();
        var list = new List<TokenRecord>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <summary>Revokes a token, and records it in the same transaction.</summary>
    /// <returns>False if there is no such token or it was revoked before.</returns>
    public bool Revoke(string id, DateTimeOffset now, Func<TokenRecord, AuditEntry> entry)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute(
            "UPDATE token SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL", ("@now", now.ToUnixTimeSeconds()), ("@id", id)) == 0)
        {
            return false;
        }

        audit.Append(connection, entry(Get(connection, id)));
        connection.Commit();
        return true;
    }

    private static TokenRecord Get(ControlConnection connection, string id)
    {
        using var command = connection.Command(Columns + "WHERE id = @id", ("@id", id));
        using var rows = command.ExecuteReader();
        rows.Read();
        return Read(rows);
    }

    private static TokenRecord Read(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        Scopes.Parse(row.GetString(3)),
        JsonSerializer.Deserialize<string[]>(row.GetString(4)) ?? [],
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(6)),
        row.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
        row.IsDBNull(8) ? null : row.GetString(8),
        new TokenBudget(row.IsDBNull(9) ? null : row.GetInt64(9), row.IsDBNull(10) ? null : row.GetInt64(10)));
}
