using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access;

/// <summary>Notes on which day a person or token last did something in a workspace, at the price of one write a day.</summary>
internal sealed class LastUseStore(ControlDatabase control, TimeProvider clock)
{
    /// <summary>Pairs remembered at the same time. When there are more, all are forgotten and written once more.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<(string Actor, WorkspaceId Workspace), long> noted = [];

    public void Note(Principal principal, WorkspaceId workspace)
    {
        var day = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeSeconds();
        var key = (principal.Id!, workspace);
        if (noted.TryGetValue(key, out var last) && last == day)
        {
            return;
        }

        if (noted.Count >= MaxRemembered)
        {
            noted.Clear();
        }

        Write(principal.Id!, workspace, day);
        noted[key] = day;
    }

    private void Write(string actor, WorkspaceId workspace, long day)
    {
        using var connection = control.Open();
        connection.Execute(
            """
            INSERT INTO last_use (workspace_id, actor_id, day)
            SELECT id, @actor, @day FROM workspace WHERE id = @workspace
            ON CONFLICT (workspace_id, actor_id) DO UPDATE SET day = excluded.day
            """,
            ("@workspace", workspace.ToString()),
            ("@actor", actor),
            ("@day", day));
    }
}
