using System.Text.Json;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <param name="SignedBy">Null: the operator.</param>
internal sealed record SignOff(string Id, string? SignedBy, DateTimeOffset SignedAt, string Note);

/// <param name="CreatedBy">Null: the operator.</param>
internal sealed record ReviewedToken(string Id, string Name, IReadOnlyList<string> Scopes, string? CreatedBy, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsed);

/// <summary>An AI client that a member let in through OAuth; its id is the grant's.</summary>
/// <param name="VerifiedHost">The host that vouches for it; null if it only says who it is.</param>
/// <param name="GrantedBy">The member whose permissions bound it.</param>
/// <param name="LastUsed">When it last fetched tokens, which a client in use does every 15 minutes.</param>
internal sealed record ReviewedClient(
    string Id, string Name, string? VerifiedHost, IReadOnlyList<string> Scopes, string GrantedBy, bool IsPaused, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsed);

/// <summary>All SQL of the access review. Tables: access_review, last_use, and reads of token, oauth_grant, oauth_client, totp, passkey, phone and external_identity. Schema: Control/Migrations/0005 to 0011 and 0024.</summary>
internal sealed class ReviewStore(ControlDatabase control)
{
    public ControlConnection Open() => control.Open();

    /// <summary>When the workspace was made; null if there is none.</summary>
    public DateTimeOffset? CreatedAt(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT created_at FROM workspace WHERE id = @workspace AND deleted_at IS NULL", ("@workspace", workspace.ToString()));
        return command.ExecuteScalar() is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>Tokens that work now, oldest first.</summary>
    public IReadOnlyList<ReviewedToken> Tokens(WorkspaceId workspace, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT token.id, token.name, token.scopes, token.created_by, token.expires_at, last_use.day
            FROM token LEFT JOIN last_use ON last_use.workspace_id = token.workspace_id AND last_use.actor_id = token.id
            WHERE token.workspace_id = @workspace AND token.revoked_at IS NULL AND token.expires_at > @now ORDER BY token.id
            """,
            ("@workspace", workspace.ToString()),
            ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        var list = new List<ReviewedToken>();
        while (rows.Read())
        {
            list.Add(new ReviewedToken(
                rows.GetString(0),
                rows.GetString(1),
                rows.GetString(2).Split(' '),
                rows.IsDBNull(3) ? null : rows.GetString(3),
                DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(4)),
                rows.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(5))));
        }

        return list;
    }

    /// <summary>AI clients that fetched tokens and may come again, oldest first; paused ones too, since they may be let go on.</summary>
    public IReadOnlyList<ReviewedClient> Clients(WorkspaceId workspace, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT oauth_grant.id, oauth_client.name, CASE WHEN oauth_client.is_document THEN oauth_client.id END, oauth_grant.scopes,
                oauth_grant.person_id, oauth_grant.paused_at IS NOT NULL, oauth_grant.expires_at, oauth_grant.used_at
            FROM oauth_grant JOIN oauth_client ON oauth_client.id = oauth_grant.client_id
            WHERE oauth_grant.workspace_id = @workspace AND oauth_grant.connected_at IS NOT NULL
                AND oauth_grant.revoked_at IS NULL AND oauth_grant.expires_at > @now ORDER BY oauth_grant.id
            """,
            ("@workspace", workspace.ToString()),
            ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        var list = new List<ReviewedClient>();
        while (rows.Read())
        {
            list.Add(new ReviewedClient(
                rows.GetString(0),
                rows.GetString(1),
                rows.IsDBNull(2) ? null : new Uri(rows.GetString(2)).IdnHost,
                rows.GetString(3).Split(' '),
                rows.GetString(4),
                rows.GetInt64(5) != 0,
                DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(6)),
                rows.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(7))));
        }

        return list;
    }

    /// <summary>The day on which each person or token last did something, by id.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LastUses(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT actor_id, day FROM last_use WHERE workspace_id = @workspace", ("@workspace", workspace.ToString()));
        using var rows = command.ExecuteReader();
        var found = new Dictionary<string, DateTimeOffset>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(1)));
        }

        return found;
    }

    /// <summary>What each member signs in with besides a password, by id.</summary>
    public IReadOnlyDictionary<string, SecondFactor> SecondFactors(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT person_id, CASE
                WHEN EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = membership.person_id) THEN 2
                WHEN EXISTS (SELECT 1 FROM totp WHERE totp.person_id = membership.person_id AND sealed_key IS NOT NULL) THEN 1
                WHEN EXISTS (SELECT 1 FROM phone WHERE phone.person_id = membership.person_id) THEN 4
                WHEN NOT EXISTS (SELECT 1 FROM credential WHERE credential.person_id = membership.person_id)
                    AND EXISTS (SELECT 1 FROM external_identity WHERE external_identity.person_id = membership.person_id) THEN 3
                ELSE 0 END
            FROM membership WHERE workspace_id = @workspace
            """,
            ("@workspace", workspace.ToString()));
        using var rows = command.ExecuteReader();
        var found = new Dictionary<string, SecondFactor>();
        while (rows.Read())
        {
            found.Add(rows.GetString(0), (SecondFactor)rows.GetInt32(1));
        }

        return found;
    }

    public static void Add(ControlConnection connection, WorkspaceId workspace, SignOff signOff, AccessReport report) => connection.Execute(
        "INSERT INTO access_review (id, workspace_id, signed_by, signed_at, note, report) VALUES (@id, @workspace, @by, @at, @note, @report)",
        ("@id", signOff.Id),
        ("@workspace", workspace.ToString()),
        ("@by", signOff.SignedBy),
        ("@at", signOff.SignedAt.ToUnixTimeSeconds()),
        ("@note", signOff.Note),
        ("@report", JsonSerializer.Serialize(report)));

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SignOff> List(WorkspaceId workspace, string? before, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT id, signed_by, signed_at, note FROM access_review
            WHERE workspace_id = @workspace AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit
            """,
            ("@workspace", workspace.ToString()),
            ("@before", before),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<SignOff>();
        while (rows.Read())
        {
            list.Add(new SignOff(rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetString(1), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(2)), rows.GetString(3)));
        }

        return list;
    }
}
