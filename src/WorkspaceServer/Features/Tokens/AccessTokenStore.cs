using System.Text.Json;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Reads what an access token of OAuth stands for: the grant behind it. Tables: oauth_access, oauth_grant, oauth_client, which Features/OAuth writes. Schema: Control/Migrations/0008.</summary>
internal sealed class AccessTokenStore(ControlDatabase control)
{
    /// <summary>The grant of the access token with this hash, in the form of a token; null if there is none or its workspace was deleted.</summary>
    public TokenRecord? Find(byte[] sha256)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT oauth_grant.id, oauth_grant.workspace_id, oauth_client.name, oauth_grant.scopes, oauth_grant.hidden_columns, oauth_access.created_at,
                   min(oauth_access.expires_at, oauth_grant.expires_at), oauth_grant.revoked_at, oauth_grant.person_id, oauth_grant.rows_per_day,
                   oauth_grant.tools, oauth_grant.resource, oauth_grant.paused_at
            FROM oauth_access
            JOIN oauth_grant ON oauth_grant.id = oauth_access.grant_id
            JOIN oauth_client ON oauth_client.id = oauth_grant.client_id
            JOIN workspace ON workspace.id = oauth_grant.workspace_id AND workspace.deleted_at IS NULL
            WHERE oauth_access.sha256 = @sha256
            """,
            ("@sha256", sha256));
        using var row = command.ExecuteReader();
        return !row.Read() ? null : new TokenRecord(
            row.GetString(0),
            WorkspaceId.Parse(row.GetString(1)),
            row.GetString(2),
            Scopes.Parse(row.GetString(3)),
            JsonSerializer.Deserialize<string[]>(row.GetString(4)) ?? [],
            DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)),
            DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(6)),
            row.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
            row.GetString(8),
            new TokenBudget(row.GetInt64(9), Bytes: null),
            row.IsDBNull(10) ? null : JsonSerializer.Deserialize<string[]>(row.GetString(10)),
            row.GetString(11),
            IsPaused: !row.IsDBNull(12));
    }
}
