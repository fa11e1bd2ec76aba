using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>One member of a workspace, with the person behind the membership.</summary>
/// <param name="CustomRoles">Ids.</param>
internal sealed record Member(
    string Person, string Email, string Name, Role Role, IReadOnlyList<string> CustomRoles, DateTimeOffset Since, DateTimeOffset? SuspendedAt);

/// <summary>A workspace as one of its members sees it.</summary>
internal sealed record OwnMembership(WorkspaceId Workspace, string Name, Role Role, bool IsSuspended);

/// <summary>All SQL about memberships. Tables: membership, membership_role. Schema: Control/Migrations/0006.</summary>
internal sealed class MembershipStore(ControlDatabase control)
{
    private const string Members =
        """
        SELECT membership.person_id, person.email, person.name, membership.role, membership.created_at, membership.suspended_at,
               (SELECT group_concat(role_id, ' ') FROM membership_role AS held
                WHERE held.workspace_id = membership.workspace_id AND held.person_id = membership.person_id)
        FROM membership JOIN person ON person.id = membership.person_id
        WHERE membership.workspace_id = @workspace AND 
        """;

    // An owner may stop being one only while there is another who can act: decided by the statement that does it.
    private const string NotTheLastOwner =
        """
        AND (role <> 'owner' OR EXISTS (
            SELECT 1 FROM active_owner WHERE active_owner.workspace_id = membership.workspace_id AND active_owner.person_id <> membership.person_id))
        """;

    private const string ChangeRole =
        "UPDATE membership SET role = @role WHERE workspace_id = @workspace AND person_id = @person AND (@role = 'owner' OR (1 " + NotTheLastOwner + "))";

    private const string SetSuspended =
        "UPDATE membership SET suspended_at = coalesce(suspended_at, @now) WHERE workspace_id = @workspace AND person_id = @person " + NotTheLastOwner;

    private const string Delete = "DELETE FROM membership WHERE workspace_id = @workspace AND person_id = @person " + NotTheLastOwner;

    public ControlConnection Open() => control.Open();

    /// <summary>Ordered by person, which is about the order in which they came to this server.</summary>
    public IReadOnlyList<Member> List(WorkspaceId workspace, string? after, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Members + "membership.person_id > @after ORDER BY membership.person_id LIMIT @limit",
            ("@workspace", workspace.ToString()),
            ("@after", after ?? ""),
            ("@limit", limit));
        return ReadAll(command);
    }

    /// <summary>The owners who can act, for what an owner must hear of.</summary>
    public IReadOnlyList<Member> ActiveOwners(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Members + "membership.person_id IN (SELECT person_id FROM active_owner WHERE workspace_id = @workspace) ORDER BY membership.person_id",
            ("@workspace", workspace.ToString()));
        return ReadAll(command);
    }

    public static Member? Find(ControlConnection connection, WorkspaceId workspace, string person)
    {
        using var command = connection.Command(Members + "membership.person_id = @person", ("@workspace", workspace.ToString()), ("@person", person));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>How many workspaces a person owns, alone or with others.</summary>
    public int CountOwned(string person) => ListOf(person).Count(own => own.Role == Role.Owner);

    /// <summary>Makes the person who asked for a new workspace its owner, in the transaction that makes it.</summary>
    public static void AddFirstOwner(ControlConnection connection, WorkspaceId workspace, string person, DateTimeOffset at) => Add(connection, workspace, person, Role.Owner, at);

    /// <summary>The workspaces of a person, oldest first.</summary>
    public IReadOnlyList<OwnMembership> ListOf(string person)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT workspace.id, workspace.name, membership.role, membership.suspended_at
            FROM membership JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL
            WHERE membership.person_id = @person ORDER BY workspace.id
            """,
            ("@person", person));
        using var rows = command.ExecuteReader();
        var list = new List<OwnMembership>();
        while (rows.Read())
        {
            list.Add(new OwnMembership(WorkspaceId.Parse(rows.GetString(0)), rows.GetString(1), Roles.Parse(rows.GetString(2)), !rows.IsDBNull(3)));
        }

        return list;
    }

    /// <summary>The id of the person with this address; null if nobody has it.</summary>
    /// <param name="emailKey">Trimmed and in lower case.</param>
    public string? FindPerson(string emailKey)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT id FROM person WHERE email_key = @email", ("@email", emailKey));
        return command.ExecuteScalar() as string;
    }

    /// <returns>False if the person is a member already.</returns>
    public static bool Add(ControlConnection connection, WorkspaceId workspace, string person, Role role, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO membership (workspace_id, person_id, role, created_at) VALUES (@workspace, @person, @role, @now)
        ON CONFLICT (workspace_id, person_id) DO NOTHING
        """,
        ("@workspace", workspace.ToString()),
        ("@person", person),
        ("@role", Roles.NameOf(role)),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <returns>False if this is the last owner.</returns>
    public static bool SetRole(ControlConnection connection, WorkspaceId workspace, string person, Role role) => connection.Execute(
        ChangeRole,
        ("@workspace", workspace.ToString()),
        ("@person", person),
        ("@role", Roles.NameOf(role))) == 1;

    public static void SetCustomRoles(ControlConnection connection, WorkspaceId workspace, string person, IEnumerable<string> roles)
    {
        connection.Execute(
            "DELETE FROM membership_role WHERE workspace_id = @workspace AND person_id = @person", ("@workspace", workspace.ToString()), ("@person", person));
        foreach (var role in roles)
        {
            connection.Execute(
                "INSERT INTO membership_role (workspace_id, person_id, role_id) VALUES (@workspace, @person, @role)",
                ("@workspace", workspace.ToString()),
                ("@person", person),
                ("@role", role));
        }
    }

    /// <returns>False if this is the last owner.</returns>
    public static bool Suspend(ControlConnection connection, WorkspaceId workspace, string person, DateTimeOffset now) => connection.Execute(
        SetSuspended,
        ("@workspace", workspace.ToString()),
        ("@person", person),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    public static void Unsuspend(ControlConnection connection, WorkspaceId workspace, string person) => connection.Execute(
        "UPDATE membership SET suspended_at = NULL WHERE workspace_id = @workspace AND person_id = @person",
        ("@workspace", workspace.ToString()),
        ("@person", person));

    /// <summary>Ends the membership and revokes what the member made: it must not come back to life with a later membership.</summary>
    /// <returns>False if this is the last owner.</returns>
    public static bool Remove(ControlConnection connection, WorkspaceId workspace, string person, DateTimeOffset now)
    {
        if (connection.Execute(Delete, ("@workspace", workspace.ToString()), ("@person", person)) != 1)
        {
            return false;
        }

        connection.Execute(
            "UPDATE token SET revoked_at = @now WHERE workspace_id = @workspace AND created_by = @person AND revoked_at IS NULL",
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@now", now.ToUnixTimeSeconds()));
        connection.Execute(
            "UPDATE oauth_grant SET revoked_at = @now WHERE workspace_id = @workspace AND person_id = @person AND revoked_at IS NULL",
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@now", now.ToUnixTimeSeconds()));
        connection.Execute(
            "UPDATE invitation SET revoked_at = @now WHERE workspace_id = @workspace AND created_by = @person AND accepted_at IS NULL AND revoked_at IS NULL",
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@now", now.ToUnixTimeSeconds()));
        return true;
    }

    private static List<Member> ReadAll(SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        var list = new List<Member>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    private static Member Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        Roles.Parse(row.GetString(3)),
        row.IsDBNull(6) ? [] : row.GetString(6).Split(' '),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)));
}
