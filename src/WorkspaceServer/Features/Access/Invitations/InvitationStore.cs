using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>What is known of an invitation. Its secret is known only to whom it was sent.</summary>
/// <param name="CreatedBy">Null if the operator made it.</param>
internal sealed record Invitation(
    string Id,
    WorkspaceId Workspace,
    string Email,
    Role Role,
    string? CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset? RevokedAt)
{
    public string StateAt(DateTimeOffset now) =>
        AcceptedAt is not null ? "accepted" : RevokedAt is not null ? "revoked" : ExpiresAt <= now ? "expired" : "open";
}

/// <summary>An invitation as the invited person sees it.</summary>
/// <param name="Workspace">Its name.</param>
/// <param name="InvitedBy">Null if the operator made it.</param>
public sealed record SeenInvitation(string Workspace, string Role, string? InvitedBy, DateTimeOffset ExpiresAt);

/// <summary>All SQL about invitations. Table: invitation. Schema: Control/Migrations/0006.</summary>
internal sealed class InvitationStore(ControlDatabase control)
{
    private const string Columns =
        "SELECT id, workspace_id, email, role, created_by, created_at, expires_at, accepted_at, revoked_at FROM invitation ";

    public ControlConnection Open() => control.Open();

    /// <param name="sha256">The only trace of the secret that is kept.</param>
    /// <returns>False if the workspace has as many open ones as it can.</returns>
    public static bool Add(ControlConnection connection, Invitation invitation, byte[] sha256, int maxOpen) => connection.Execute(
        """
        INSERT INTO invitation (id, sha256, workspace_id, email, email_key, role, created_by, created_at, expires_at)
        SELECT @id, @sha256, @workspace, @email, @key, @role, @by, @created, @expires
        WHERE (SELECT count(*) FROM invitation
               WHERE workspace_id = @workspace AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > @created) < @max
        """,
        ("@id", invitation.Id),
        ("@sha256", sha256),
        ("@workspace", invitation.Workspace.ToString()),
        ("@email", invitation.Email),
        ("@key", EmailAddress.KeyOf(invitation.Email)),
        ("@role", Roles.NameOf(invitation.Role)),
        ("@by", invitation.CreatedBy),
        ("@created", invitation.CreatedAt.ToUnixTimeSeconds()),
        ("@expires", invitation.ExpiresAt.ToUnixTimeSeconds()),
        ("@max", maxOpen)) == 1;

    /// <summary>Whether any workspace waits for whoever has this address.</summary>
    public bool IsInvited(string email, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT 1 FROM invitation WHERE email_key = @key AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > @now",
            ("@key", EmailAddress.KeyOf(email)),
            ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() is not null;
    }

    /// <summary>Of one workspace, newest first; used, expired and revoked ones too.</summary>
    public IReadOnlyList<Invitation> List(WorkspaceId workspace, string? before, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Columns + "WHERE workspace_id = @workspace AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit",
            ("@workspace", workspace.ToString()),
            ("@before", before),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<Invitation>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <summary>What an invitation is for, by the same conditions as <see cref="Accept"/>.</summary>
    public SeenInvitation? Look(byte[] sha256, string person, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT workspace.name, invitation.role, CASE WHEN maker.name <> '' THEN maker.name ELSE maker.email END, invitation.expires_at
            FROM invitation JOIN workspace ON workspace.id = invitation.workspace_id AND workspace.deleted_at IS NULL
            LEFT JOIN person AS maker ON maker.id = invitation.created_by
            WHERE sha256 = @sha256 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > @now
            AND invitation.email_key = (SELECT email_key FROM person WHERE id = @person AND suspended_at IS NULL)
            """,
            ("@sha256", sha256),
            ("@person", person),
            ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? new SeenInvitation(rows.GetString(0), rows.GetString(1), rows.IsDBNull(2) ? null : rows.GetString(2), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(3)))
            : null;
    }

    /// <summary>Uses an invitation up, if it is good now and this person has the address that was invited.</summary>
    /// <returns>Null if not, whatever the reason.</returns>
    public static Invitation? Accept(ControlConnection connection, byte[] sha256, string person, DateTimeOffset now)
    {
        if (connection.Execute(
            """
            UPDATE invitation SET accepted_at = @now, accepted_by = @person
            WHERE sha256 = @sha256 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > @now
            AND email_key = (SELECT email_key FROM person WHERE id = @person AND suspended_at IS NULL)
            AND EXISTS (SELECT 1 FROM workspace WHERE workspace.id = invitation.workspace_id AND workspace.deleted_at IS NULL)
            """,
            ("@sha256", sha256),
            ("@person", person),
            ("@now", now.ToUnixTimeSeconds())) != 1)
        {
            return null;
        }

        using var command = connection.Command(Columns + "WHERE sha256 = @sha256", ("@sha256", sha256));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <returns>False if the workspace has no such invitation, or it is used, expired or revoked.</returns>
    public static bool Revoke(ControlConnection connection, WorkspaceId workspace, string id, DateTimeOffset now) => connection.Execute(
        """
        UPDATE invitation SET revoked_at = @now
        WHERE workspace_id = @workspace AND id = @id AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > @now
        """,
        ("@workspace", workspace.ToString()),
        ("@id", id),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    private static Invitation Read(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        Roles.Parse(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetString(4),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(6)),
        row.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
        row.IsDBNull(8) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(8)));
}
