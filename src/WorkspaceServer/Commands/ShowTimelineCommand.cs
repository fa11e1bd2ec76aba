using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Commands;

/// <summary>audit timeline: what happened, in order and in words; of one workspace, with what the sandbox saw in between.</summary>
internal static class ShowTimelineCommand
{
    private const int DefaultRows = 200;

    public static Command Build()
    {
        var command = Verb.Create(
            "timeline",
            "Tell what happened, oldest first and in words; with --workspace also what the SQL sandbox itself saw.",
            "audit timeline --workspace \"Sharma Traders\" --since 24h",
            Recording.Nothing("shows whoever holds the master key what they can read anyway"));
        var filter = AuditFilterOptions.AddTo(command);
        var limit = ListAuditCommand.Limit(DefaultRows);
        var after = new Option<long>("--after") { Description = "Only rows with a greater number: the next page.", HelpName = "ROW" }.Between(0, long.MaxValue);
        command.Add(limit);
        command.Add(after);
        return command.Runs((context, _) =>
        {
            var wanted = filter.Read(context);
            var rows = context.Get<AuditStore>().Next(wanted, context.Arguments.GetValue(after), context.Arguments.GetValue(limit));
            var isFull = rows.Count == context.Arguments.GetValue(limit);
            // Of one millisecond the statements come first: a call is recorded after those that it made.
            var events = Statements(context, wanted, rows, isFull).Concat(rows.Select(Tell)).OrderBy(each => each.At).ToArray();
            context.Output.Result(new { Events = events, NextAfter = isFull ? rows[^1].Row.Seq : (long?)null }, output =>
            {
                foreach (var each in events)
                {
                    output.Line($"{each.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)}  {each.Text}");
                }

                output.Line(isFull ? string.Create(CultureInfo.InvariantCulture, $"More: --after {rows[^1].Row.Seq}") : $"{events.Length} events.");
            });
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static Event Tell(StoredAuditRow stored)
    {
        var row = stored.Row;
        var target = row.TargetKind is null ? "" : $" {row.TargetKind} {row.TargetId}";
        var from = row.Ip is null ? "" : $" from {row.Ip}";
        var outcome = row.Outcome == "ok" ? "" : $" Outcome: {row.Outcome}.";
        return new Event(
            stored.At, "audit", row.RequestId, $"{row.ActorKind} {stored.ActorName}{from}: {row.Action}{target}. {AuditActions.Find(row.Action)?.Meaning}{outcome} {row.Details}");
    }

    /// <summary>What the second trail has for the same stretch of time, or for the same request.</summary>
    private static IEnumerable<Event> Statements(CommandContext context, AuditFilter wanted, IReadOnlyList<StoredAuditRow> rows, bool isFull)
    {
        if (wanted.WorkspaceId is null || wanted.ActorId is not null || wanted.Action is not null)
        {
            return [];
        }

        var begin = wanted.Since ?? 0;
        var end = isFull ? rows[^1].Row.At : wanted.Until ?? long.MaxValue;
        return StatementTrail.Read(context.Get<DataFolder>(), WorkspaceId.Parse(wanted.WorkspaceId))
            .Where(line => line.Event == "statement" && line.At >= begin && line.At < end && (wanted.RequestId is null || line.Request == wanted.RequestId))
            .Take(ListAuditCommand.MaxRows)
            .Select(line => new Event(
                DateTimeOffset.FromUnixTimeMilliseconds(line.At),
                "sandbox",
                line.Request,
                string.Create(CultureInfo.InvariantCulture, $"worker {line.Worker} ran statement {line.Number} ({line.Sql}): {line.Outcome}, {line.Rows} rows of {string.Join(' ', line.Touched ?? [])}")));
    }

    private sealed record Event(DateTimeOffset At, string Trail, string? Request, string Text);
}
