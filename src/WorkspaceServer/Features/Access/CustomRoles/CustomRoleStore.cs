using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>All SQL about custom roles. Table: custom_role. Schema: Control/Migrations/0006.</summary>
internal sealed class CustomRoleStore(ControlDatabase control)
{
    private const string Columns = "SELECT id, name, grants, denials, created_at FROM custom_role WHERE workspace_id = @workspace ";

    public ControlConnection Open() => control.Open();

    /// <summary>Every custom role of a workspace, by name.</summary>
    public IReadOnlyList<CustomRole> List(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "ORDER BY name_key", ("@workspace", workspace.ToString()));
        using var rows = command.ExecuteReader();
        var list = new List<CustomRole>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <exception cref="ProblemException">The workspace has no such role.</exception>
    public static IReadOnlyList<CustomRole> Load(ControlConnection connection, WorkspaceId workspace, IReadOnlyList<string> ids) =>
        [.. ids.Distinct().Select(id => Find(connection, workspace, id) ?? throw NoSuchRole())];

    /// <returns>False if the name is taken, or the workspace has as many roles as it can.</returns>
    public static bool Add(ControlConnection connection, WorkspaceId workspace, CustomRole role, int maxRoles) => connection.Execute(
        """
        INSERT INTO custom_role (id, workspace_id, name, name_key, grants, denials, created_at)
        SELECT @id, @workspace, @name, @key, @grants, @denials, @created
        WHERE (SELECT count(*) FROM custom_role WHERE workspace_id = @workspace) < @max
        ON CONFLICT (workspace_id, name_key) DO NOTHING
        """,
        ("@id", role.Id),
        ("@workspace", workspace.ToString()),
        ("@name", role.Name),
        ("@key", role.Name.ToLowerInvariant()),
        ("@grants", role.Grants.ToString()),
        ("@denials", role.Denials.ToString()),
        ("@created", role.CreatedAt.ToUnixTimeSeconds()),
        ("@max", maxRoles)) == 1;

    /// <returns>False if some member still holds it.</returns>
    public static bool Remove(ControlConnection connection, WorkspaceId workspace, string id) => connection.Execute(
        """
        DELETE FROM custom_role WHERE workspace_id = @workspace AND id = @id
        AND NOT EXISTS (SELECT 1 FROM membership_role WHERE membership_role.role_id = custom_role.id)
        """,
        ("@workspace", workspace.ToString()),
        ("@id", id)) == 1;

    public static CustomRole? Find(ControlConnection connection, WorkspaceId workspace, string id)
    {
        using var command = connection.Command(Columns + "AND id = @id", ("@workspace", workspace.ToString()), ("@id", id));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    public static ProblemException NoSuchRole() => new(ProblemCodes.NotFound, "There is no such custom role in this workspace.");

    private static CustomRole Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        Permissions.Parse(row.GetString(2)),
        Permissions.Parse(row.GetString(3)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)));
}
