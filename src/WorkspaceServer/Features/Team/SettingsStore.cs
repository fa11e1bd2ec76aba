using System.Globalization;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Team;

/// <summary>All SQL about the settings of a workspace. Table: workspace. Schema: Control/Migrations/0013.</summary>
internal sealed class SettingsStore(ControlDatabase control)
{
    public ControlConnection Open() => control.Open();

    /// <summary>After how many minutes without use members are signed out; null if as on the whole server.</summary>
    public int? IdleMinutes(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT session_idle_minutes FROM workspace WHERE id = @workspace", ("@workspace", workspace.ToString()));
        return command.ExecuteScalar() is long minutes ? Convert.ToInt32(minutes, CultureInfo.InvariantCulture) : null;
    }

    public static void SetIdleMinutes(ControlConnection connection, WorkspaceId workspace, int? minutes) => connection.Execute(
        "UPDATE workspace SET session_idle_minutes = @minutes WHERE id = @workspace", ("@workspace", workspace.ToString()), ("@minutes", minutes));
}
