using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Closure;

/// <summary>Somebody's wish to have their account closed.</summary>
internal sealed record ClosureCase(string Id, string PersonId, string Email, string Name, DateTimeOffset AskedAt, DateTimeOffset? ApprovedAt);

/// <summary>A workspace that has no other owner who can act.</summary>
/// <param name="HasOthers">Whether it has other members, to one of whom it can be handed over.</param>
internal sealed record SoleWorkspace(WorkspaceId Id, string Name, bool HasOthers);

/// <summary>All SQL about closing accounts. Table: closure, and what a closed account leaves of session, one_time_link, phone_code and person. Schema: Control/Migrations/0022.</summary>
internal sealed class ClosureStore(ControlDatabase control)
{
    private const string Cases =
        "SELECT closure.id, closure.person_id, person.email, person.name, closure.asked_at, closure.approved_at FROM closure JOIN person ON person.id = closure.person_id ";

    private const string Open = "closure.called_off_at IS NULL AND closure.approved_at IS NULL ";

    public ControlConnection Connect() => control.Open();

    /// <returns>False if this person has asked already.</returns>
    public static bool Add(ControlConnection connection, string id, string person, DateTimeOffset now) => connection.Execute(
        "INSERT INTO closure (id, person_id, asked_at) VALUES (@id, @person, @now) ON CONFLICT DO NOTHING",
        ("@id", id),
        ("@person", person),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <returns>The id of the case; null if there is none that is open.</returns>
    public static string? CallOff(ControlConnection connection, string person, DateTimeOffset now)
    {
        using var command = connection.Command(
            "UPDATE closure SET called_off_at = @now WHERE person_id = @person AND called_off_at IS NULL AND approved_at IS NULL RETURNING id", ("@person", person), ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as string;
    }

    /// <param name="by">The id of a person, or "operator".</param>
    public static void Approve(ControlConnection connection, string id, string by, DateTimeOffset now) => connection.Execute(
        "UPDATE closure SET approved_at = @now, approved_by = @by WHERE id = @id AND called_off_at IS NULL AND approved_at IS NULL", ("@id", id), ("@by", by), ("@now", now.ToUnixTimeSeconds()));

    /// <summary>The open case of a person; null if there is none.</summary>
    public ClosureCase? FindOpenOf(string person)
    {
        using var connection = control.Open();
        return ReadAll(connection.Command(Cases + "WHERE closure.person_id = @person AND " + Open, ("@person", person))) is [var found] ? found : null;
    }

    /// <summary>An open case; null if there is none with this id.</summary>
    public static ClosureCase? FindOpen(ControlConnection connection, string id) =>
        ReadAll(connection.Command(Cases + "WHERE closure.id = @id AND " + Open, ("@id", id))) is [var found] ? found : null;

    /// <summary>One page of the open cases, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<ClosureCase> ListOpen(string? after, int limit)
    {
        using var connection = control.Open();
        return ReadAll(connection.Command(Cases + "WHERE (@after IS NULL OR closure.id > @after) AND " + Open + "ORDER BY closure.id LIMIT @limit", ("@after", after), ("@limit", limit)));
    }

    /// <summary>The cases that were approved last, newest first.</summary>
    public IReadOnlyList<ClosureCase> ListApproved(int limit)
    {
        using var connection = control.Open();
        return ReadAll(connection.Command(Cases + "WHERE closure.approved_at IS NOT NULL ORDER BY closure.approved_at DESC, closure.id DESC LIMIT @limit", ("@limit", limit)));
    }

    /// <summary>The workspaces that nobody but this person can lead.</summary>
    public static IReadOnlyList<SoleWorkspace> ListSole(ControlConnection connection, string person)
    {
        using var command = connection.Command(
            """
            SELECT workspace.id, workspace.name,
                EXISTS (SELECT 1 FROM membership AS other WHERE other.workspace_id = workspace.id AND other.person_id <> @person)
            FROM membership JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL
            WHERE membership.person_id = @person AND membership.role = 'owner'
                AND NOT EXISTS (SELECT 1 FROM active_owner WHERE active_owner.workspace_id = workspace.id AND active_owner.person_id <> @person)
            ORDER BY workspace.id
            """,
            ("@person", person));
        using var rows = command.ExecuteReader();
        var list = new List<SoleWorkspace>();
        while (rows.Read())
        {
            list.Add(new SoleWorkspace(WorkspaceId.Parse(rows.GetString(0)), rows.GetString(1), rows.GetBoolean(2)));
        }

        return list;
    }

    /// <summary>The workspaces of a person that are there.</summary>
    public static IReadOnlyList<WorkspaceId> ListWorkspaces(ControlConnection connection, string person)
    {
        using var command = connection.Command(
            "SELECT workspace.id FROM membership JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL WHERE membership.person_id = @person", ("@person", person));
        using var rows = command.ExecuteReader();
        var list = new List<WorkspaceId>();
        while (rows.Read())
        {
            list.Add(WorkspaceId.Parse(rows.GetString(0)));
        }

        return list;
    }

    /// <summary>Ends every session and every link that is under way, and lets the person run the server no more. Who they are stays, so that they can sign in again (ruling X3).</summary>
    public static void EndSignIns(ControlConnection connection, string person)
    {
        connection.Execute("DELETE FROM session WHERE person_id = @person", ("@person", person)); // and with them the links that download
        connection.Execute("DELETE FROM one_time_link WHERE person_id = @person", ("@person", person));
        connection.Execute("DELETE FROM phone_code WHERE person_id = @person", ("@person", person));
        connection.Execute("UPDATE person SET system_role = 'user' WHERE id = @person AND system_role <> 'user'", ("@person", person));
    }

    private static List<ClosureCase> ReadAll(SqliteCommand command)
    {
        using (command)
        {
            using var rows = command.ExecuteReader();
            var list = new List<ClosureCase>();
            while (rows.Read())
            {
                list.Add(new ClosureCase(
                    rows.GetString(0),
                    rows.GetString(1),
                    rows.GetString(2),
                    rows.GetString(3),
                    DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(4)),
                    rows.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(5))));
            }

            return list;
        }
    }
}
