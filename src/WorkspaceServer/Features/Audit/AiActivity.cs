using System.Text.Json;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Audit;

/// <summary>What AI clients did in one day.</summary>
/// <param name="Day">Days since 1970 in the time zone asked for.</param>
internal readonly record struct DayOfCalls(long Day, long Answered, long Refused, long Rows, long Bytes);

/// <summary>Which calls; null means any.</summary>
/// <param name="Actor">Id of a token.</param>
/// <param name="IsAnswered">Only those that were, or only those that were not.</param>
/// <param name="Before">Only rows with a smaller number, for the next page.</param>
internal sealed record CallFilter(string? Actor, bool? IsAnswered, DateTimeOffset Since, long Before = long.MaxValue);

/// <summary>One call of an AI client, as its audit row has it.</summary>
/// <param name="Client">The program, as it says itself.</param>
/// <param name="Sql">As much of it as the settings keep; null for tools that take none.</param>
/// <param name="Arguments">The other arguments, as "name: value".</param>
/// <param name="Touched">"table.column" of everything that was read.</param>
internal sealed record ClientCall(
    long Seq,
    DateTimeOffset At,
    string ActorId,
    string ActorName,
    string Tool,
    string Outcome,
    string Client,
    string? Sql,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Touched,
    long Rows,
    long Bytes,
    double Milliseconds);

/// <summary>The calls of AI clients, as the audit log has them, and sums over them. Table: audit_entry. Schema: Control/Migrations/0003.</summary>
internal sealed class AiActivity(ControlDatabase control)
{
    // Rows are appended in the order of time, so the first one of a period bounds the walk along the workspace's index.
    private const string Calls =
        """
        FROM audit_entry LEFT JOIN audit_name ON audit_name.number = audit_entry.actor_name
        WHERE workspace_id = @workspace AND +action IN ('mcp.tool_called', 'mcp.tool_refused')
            AND seq >= (SELECT seq FROM audit_entry WHERE at >= @since ORDER BY at LIMIT 1) AND +at >= @since
        """;

    internal const string ByDay =
        """
        SELECT (at + @zone) / 86400000, sum(outcome = 'ok'), sum(outcome <> 'ok'), sum(coalesce(json_extract(details, '$.rows'), 0)),
            sum(coalesce(json_extract(details, '$.bytes'), 0))
        """ + "\n" + Calls + " GROUP BY 1 ORDER BY 1";

    internal const string Newest =
        "SELECT seq, at, audit_entry.actor_id, coalesce(audit_name.name, ''), coalesce(target_id, ''), outcome, details\n" + Calls
        + """

            AND (@actor IS NULL OR audit_entry.actor_id = @actor) AND (@answered IS NULL OR (outcome = 'ok') = @answered) AND seq < @before
        ORDER BY seq DESC LIMIT @limit
        """;

    internal const string Actors = "SELECT DISTINCT audit_entry.actor_id, coalesce(audit_name.name, '')\n" + Calls + " ORDER BY 2 LIMIT 200";

    // What is no argument of the tool.
    private static readonly HashSet<string> Known = ["client", "rows", "bytes", "ms", "statements", "touched", "sql"];

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

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ClientCall> Find(WorkspaceId workspace, CallFilter filter, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Newest,
            ("@workspace", workspace.ToString()),
            ("@since", filter.Since.ToUnixTimeMilliseconds()),
            ("@actor", filter.Actor),
            ("@answered", filter.IsAnswered is { } answered ? answered ? 1 : 0 : null),
            ("@before", filter.Before),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var calls = new List<ClientCall>();
        while (rows.Read())
        {
            calls.Add(Read(rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetString(5), rows.GetString(6)));
        }

        return calls;
    }

    /// <summary>Who called: ids and names.</summary>
    public IReadOnlyList<(string Id, string Name)> Callers(WorkspaceId workspace, DateTimeOffset since)
    {
        using var connection = control.Open();
        using var command = connection.Command(Actors, ("@workspace", workspace.ToString()), ("@since", since.ToUnixTimeMilliseconds()));
        using var rows = command.ExecuteReader();
        var callers = new List<(string, string)>();
        while (rows.Read())
        {
            callers.Add((rows.GetString(0), rows.GetString(1)));
        }

        return callers;
    }

    private static ClientCall Read(long seq, long at, string actor, string name, string tool, string outcome, string details)
    {
        var json = JsonElement.Parse(details);
        double Number(string member) => json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        string? Text(string member) => json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return new ClientCall(
            seq,
            DateTimeOffset.FromUnixTimeMilliseconds(at),
            actor,
            name,
            tool,
            outcome,
            Text("client") ?? "",
            Text("sql"),
            [.. json.EnumerateObject().Where(member => !Known.Contains(member.Name)).Select(member => $"{member.Name}: {member.Value}")],
            json.TryGetProperty("touched", out var touched) && touched.ValueKind == JsonValueKind.Array ? [.. touched.EnumerateArray().Select(each => each.ToString())] : [],
            (long)Number("rows"),
            (long)Number("bytes"),
            Number("ms"));
    }
}
