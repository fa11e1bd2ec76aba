using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Audit;

/// <summary>What AI clients did in one day.</summary>
/// <param name="Day">Days since 1970 in the time zone asked for.</param>
internal readonly record struct DayOfCalls(long Day, long Answered, long Refused, long Rows, long Bytes);

/// <summary>Sums over the calls of AI clients, as the audit log has them. Table: audit_entry. Schema: Control/Migrations/0003.</summary>
internal sealed class AiActivity(ControlDatabase control)
{
    // Rows are appended in the order of time, so the first one of a period bounds the walk along the workspace's index.
    internal const string ByDay =
        """
        SELECT (at + @zone) / 86400000, sum(outcome = 'ok'), sum(outcome <> 'ok'), sum(coalesce(json_extract(details, '$.rows'), 0)),
            sum(coalesce(json_extract(details, '$.bytes'), 0))
        FROM audit_entry
        WHERE workspace_id = @workspace AND +action IN ('mcp.tool_called', 'mcp.tool_refused')
            AND seq >= (SELECT seq FROM audit_entry WHERE at >= @since ORDER BY at LIMIT 1) AND +at >= @since
        GROUP BY 1 ORDER BY 1
        """;

    /// <summary>Days with calls, oldest first.</summary>
    /// <param name="zone">How far the days' time zone is ahead of UTC.</param>
    public IReadOnlyList<DayOfCalls> Days(WorkspaceId workspace, DateTimeOffset since, TimeSpan zone)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            ByDay, ("@workspace", workspace.ToString()), ("@since", since.ToUnixTimeMilliseconds()), ("@zone", (long)zone.TotalMilliseconds));
        using var rows = command.ExecuteReader();
        var days = new List<DayOfCalls>();
        while (rows.Read())
        {
            days.Add(new DayOfCalls(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4)));
        }

        return days;
    }
}
