using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>All SQL about grants. Table: oauth_grant, and reads of client, person and usage. Schema: Control/Migrations/0008.</summary>
internal sealed class GrantStore(ControlDatabase control)
{
    /// <summary>The columns of a grant, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns =
        "oauth_grant.id, oauth_grant.client_id, oauth_grant.workspace_id, oauth_grant.person_id, oauth_grant.redirect_uri, oauth_grant.resource, oauth_grant.scopes, "
        + "oauth_grant.tools, oauth_grant.hidden_columns, oauth_grant.rows_per_day, oauth_grant.created_at, oauth_grant.expires_at, oauth_grant.connected_at, "
        + "oauth_grant.used_at, oauth_grant.paused_at, oauth_grant.revoked_at";

    /// <summary>How many columns that are.</summary>
    public const int ColumnCount = 16;

    private const string Connected =
        "SELECT " + Columns + ", oauth_client.name, oauth_client.is_document, person.email, person.name, "
        + "(SELECT sum(rows) FROM token_usage WHERE token_id = oauth_grant.id AND day = @day), (SELECT sum(rows) FROM token_usage WHERE token_id = oauth_grant.id) "
        + "FROM oauth_grant JOIN oauth_client ON oauth_client.id = oauth_grant.client_id JOIN person ON person.id = oauth_grant.person_id "
        + "WHERE oauth_grant.workspace_id = @workspace AND oauth_grant.connected_at IS NOT NULL ";

    public ControlConnection Open() => control.Open();

    public static void Add(ControlConnection connection, OAuthGrant grant) => connection.Execute(
        """
        INSERT INTO oauth_grant (id, client_id, workspace_id, person_id, redirect_uri, resource, scopes, hidden_columns, rows_per_day, created_at, expires_at)
        VALUES (@id, @client, @workspace, @person, @redirect, @resource, @scopes, @hidden, @rows, @created, @expires)
        """,
        ("@id", grant.Id),
        ("@client", grant.ClientId),
        ("@workspace", grant.Workspace.ToString()),
        ("@person", grant.PersonId),
        ("@redirect", grant.RedirectUri),
        ("@resource", grant.Resource),
        ("@scopes", Scopes.Format(grant.Scopes)),
        ("@hidden", JsonSerializer.Serialize(grant.HiddenColumns)),
        ("@rows", grant.RowsPerDay),
        ("@created", grant.CreatedAt.ToUnixTimeSeconds()),
        ("@expires", grant.ExpiresAt.ToUnixTimeSeconds()));

    /// <summary>Whether an owner has stopped this client in this workspace for a while.</summary>
    public static bool IsPaused(ControlConnection connection, string client, WorkspaceId workspace)
    {
        using var command = connection.Command(
            "SELECT 1 FROM oauth_grant WHERE client_id = @client AND workspace_id = @workspace AND paused_at IS NOT NULL AND revoked_at IS NULL LIMIT 1",
            ("@client", client),
            ("@workspace", workspace.ToString()));
        return command.ExecuteScalar() is not null;
    }

    /// <summary>The grants of a workspace of which tokens were fetched, newest first; those that are over too.</summary>
    /// <param name="day">Today, as days since 1970.</param>
    public IReadOnlyList<ConnectedClient> List(WorkspaceId workspace, int day, string? before, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Connected + "AND (@before IS NULL OR oauth_grant.id < @before) ORDER BY oauth_grant.id DESC LIMIT @limit",
            ("@workspace", workspace.ToString()),
            ("@day", day),
            ("@before", before),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<ConnectedClient>();
        while (rows.Read())
        {
            list.Add(ReadConnected(rows));
        }

        return list;
    }

    /// <summary>One of them; null if there is none in this workspace.</summary>
    public static ConnectedClient? Find(ControlConnection connection, WorkspaceId workspace, string id, int day)
    {
        using var command = connection.Command(Connected + "AND oauth_grant.id = @id", ("@workspace", workspace.ToString()), ("@id", id), ("@day", day));
        using var row = command.ExecuteReader();
        return row.Read() ? ReadConnected(row) : null;
    }

    /// <summary>Replaces what the grant allows.</summary>
    public static void Change(ControlConnection connection, OAuthGrant grant) => connection.Execute(
        "UPDATE oauth_grant SET scopes = @scopes, tools = @tools, hidden_columns = @hidden, rows_per_day = @rows, expires_at = @expires WHERE id = @id",
        ("@id", grant.Id),
        ("@scopes", Scopes.Format(grant.Scopes)),
        ("@tools", grant.Tools is null ? null : JsonSerializer.Serialize(grant.Tools)),
        ("@hidden", JsonSerializer.Serialize(grant.HiddenColumns)),
        ("@rows", grant.RowsPerDay),
        ("@expires", grant.ExpiresAt.ToUnixTimeSeconds()));

    /// <param name="at">Null: it goes on.</param>
    public static void Pause(ControlConnection connection, string id, DateTimeOffset? at) =>
        connection.Execute("UPDATE oauth_grant SET paused_at = @at WHERE id = @id", ("@id", id), ("@at", at?.ToUnixTimeSeconds()));

    /// <summary>Ends a grant and all of its tokens, for good.</summary>
    /// <returns>False if it had ended before.</returns>
    public static bool Revoke(ControlConnection connection, string id, DateTimeOffset now) => connection.Execute(
        "UPDATE oauth_grant SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL", ("@id", id), ("@now", now.ToUnixTimeSeconds())) == 1;

    public static OAuthGrant Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        WorkspaceId.Parse(row.GetString(2)),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        Scopes.Parse(row.GetString(6)),
        row.IsDBNull(7) ? null : JsonSerializer.Deserialize<string[]>(row.GetString(7)),
        JsonSerializer.Deserialize<string[]>(row.GetString(8)) ?? [],
        row.GetInt64(9),
        Time(row, 10)!.Value,
        Time(row, 11)!.Value,
        Time(row, 12),
        Time(row, 13),
        Time(row, 14),
        Time(row, 15));

    private static ConnectedClient ReadConnected(SqliteDataReader row) => new(
        Read(row),
        row.GetString(ColumnCount),
        row.GetInt64(ColumnCount + 1) == 1,
        row.GetString(ColumnCount + 2),
        row.GetString(ColumnCount + 3),
        row.IsDBNull(ColumnCount + 4) ? 0 : row.GetInt64(ColumnCount + 4),
        row.IsDBNull(ColumnCount + 5) ? 0 : row.GetInt64(ColumnCount + 5));

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));
}

/// <summary>A grant with the names that people know it by, and what was read under it.</summary>
/// <param name="RowsToday">Rows read today (UTC).</param>
/// <param name="RowsInAll">Rows read in the days of which usage is kept.</param>
internal sealed record ConnectedClient(
    OAuthGrant Grant, string ClientName, bool IsDocument, string PersonEmail, string PersonName, long RowsToday, long RowsInAll)
{
    /// <summary>The host that vouches for the client; null if nobody does.</summary>
    public string? VerifiedHost => IsDocument ? new Uri(Grant.ClientId).IdnHost : null;
}
