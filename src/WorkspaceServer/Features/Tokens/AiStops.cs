using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens;

/// <param name="IsWholeServer">It keeps AI out of every workspace, not of one.</param>
internal sealed record AiStop(bool IsWholeServer, DateTimeOffset At);

/// <summary>The switch that keeps every AI client out of a workspace, or of all: felt at the next call, and by answers that are on their way. Pages, sync and backups go on.</summary>
internal sealed class AiStops(ControlDatabase control, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    private const string WholeServer = "";

    /// <summary>What keeps AI out of this workspace; null if nothing does.</summary>
    public AiStop? In(WorkspaceId workspace) => Find("SELECT workspace_id, at FROM ai_stop WHERE workspace_id IN ('', @workspace) ORDER BY workspace_id LIMIT 1", workspace.ToString());

    /// <summary>What keeps AI out of all workspaces; null if nothing does.</summary>
    public AiStop? OfServer() => Find("SELECT workspace_id, at FROM ai_stop WHERE workspace_id = @workspace", WholeServer);

    /// <param name="workspace">Null for all.</param>
    /// <returns>False if AI was kept out already.</returns>
    public bool Stop(Principal actor, WorkspaceId? workspace) => Change(
        actor,
        workspace,
        Permissions.ClientsRevoke,
        AuditActions.AiStopped,
        connection => connection.Execute(
            "INSERT INTO ai_stop (workspace_id, at, actor) VALUES (@workspace, @at, @actor) ON CONFLICT DO NOTHING",
            ("@workspace", KeyOf(workspace)),
            ("@at", clock.GetUtcNow().ToUnixTimeSeconds()),
            ("@actor", actor.PersonId ?? "operator")));

    /// <returns>False if AI was not kept out.</returns>
    public bool Allow(Principal actor, WorkspaceId? workspace) => Change(
        actor, workspace, Permissions.ClientsApprove, AuditActions.AiAllowed, connection => connection.Execute("DELETE FROM ai_stop WHERE workspace_id = @workspace", ("@workspace", KeyOf(workspace))));

    private static string KeyOf(WorkspaceId? workspace) => workspace?.ToString() ?? WholeServer;

    private AiStop? Find(string sql, string workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, ("@workspace", workspace));
        using var rows = command.ExecuteReader();
        return rows.Read() ? new AiStop(rows.GetString(0).Length == 0, DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(1))) : null;
    }

    /// <summary>One transaction; who may stop the whole server is asked by whoever offers that.</summary>
    private bool Change(Principal actor, WorkspaceId? workspace, Permission permission, AuditAction action, Func<ControlConnection, int> change)
    {
        using var connection = control.Open();
        connection.Begin();
        if (workspace is { } id)
        {
            Policy.Require(connection, actor, id, PermissionSet.Of(permission));
        }

        if (change(connection) == 0)
        {
            return false;
        }

        audit.Append(connection, new AuditEntry(action) { Workspace = workspace, Target = ("ai_stop", KeyOf(workspace) is { Length: > 0 } text ? text : "server") });
        connection.Commit();
        changes.Changed();
        return true;
    }
}
