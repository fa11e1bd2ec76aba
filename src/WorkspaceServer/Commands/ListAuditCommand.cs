using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>audit list: rows of the audit log, newest first, page by page.</summary>
internal static class ListAuditCommand
{
    public const int MaxRows = 10_000;
    private const int DefaultRows = 50;

    public static Command Build()
    {
        var command = Verb.Create(
            "list", "List rows of the audit log, newest first.", "audit list --action token.created --since 7d", Recording.Nothing("shows whoever holds the master key what they can read anyway"));
        var filter = AuditFilterOptions.AddTo(command);
        var limit = Limit(DefaultRows);
        var before = new Option<long>("--before") { Description = "Only rows with a smaller number: the next page.", HelpName = "ROW", DefaultValueFactory = _ => long.MaxValue }.Between(1, long.MaxValue);
        command.Add(limit);
        command.Add(before);
        return command.Runs((context, _) =>
        {
            var rows = context.Get<AuditStore>().Find(filter.Read(context) with { Before = context.Arguments.GetValue(before) }, context.Arguments.GetValue(limit));
            var isFull = rows.Count == context.Arguments.GetValue(limit);
            context.Output.Result(new { Rows = rows.Select(AuditExport.Document), NextBefore = isFull ? rows[^1].Row.Seq : (long?)null }, output => Print(output, rows, isFull));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    /// <summary>How many rows a verb shows.</summary>
    public static Option<int> Limit(int byDefault) =>
        new Option<int>("--limit") { Description = $"Show at most this many rows; 1 to {MaxRows}.", HelpName = "ROWS", DefaultValueFactory = _ => byDefault }.Between(1, MaxRows);

    private static void Print(Output output, IReadOnlyList<StoredAuditRow> rows, bool isFull)
    {
        output.Table(
            ["row", "time (UTC)", "actor", "action", "target", "workspace", "from", "outcome", "request"],
            rows.Select(stored => new[]
            {
                stored.Row.Seq.ToString(CultureInfo.InvariantCulture),
                AuditExport.Time(stored),
                $"{stored.Row.ActorKind} {stored.ActorName}",
                stored.Row.Action,
                $"{stored.Row.TargetKind} {stored.Row.TargetId}".Trim(),
                stored.Row.WorkspaceId ?? "",
                stored.Row.Ip ?? "",
                stored.Row.Outcome,
                stored.Row.RequestId ?? "",
            }),
            new HashSet<int> { 0 });
        output.Line(isFull ? string.Create(CultureInfo.InvariantCulture, $"{Output.Count(rows.Count, "row")}. The next page: --before {rows[^1].Row.Seq}") : $"{Output.Count(rows.Count, "row")}.");
    }
}
