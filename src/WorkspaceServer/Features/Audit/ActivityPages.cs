using System.Globalization;
using System.Text;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Audit;

/// <summary>GET /w/{workspace}/activity: every call of an AI client and what left with its answer; …/export as CSV; the same under /api/v1.</summary>
internal static class ActivityPages
{
    public const string Behind = "/activity";

    private const int CallsPerPage = 50;

    /// <summary>Calls of one file.</summary>
    private const int MaxExported = 100_000;

    private const int CallsPerRead = 1_000;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccessPaths.Page + Behind, Show)
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(AccessPaths.Workspace + Behind, (WorkspaceId workspace, [AsParameters] Query query, AiActivity activity, TimeProvider clock) =>
            {
                var calls = activity.Find(workspace, query.Checked(Rules).Filter(clock), CallsPerPage + 1);
                return Results.Json(new { Items = calls.Take(CallsPerPage), Next = calls.Count > CallsPerPage ? calls[CallsPerPage - 1].Seq : (long?)null });
            })
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.Nothing("reads only"));
        foreach (var (path, rate) in new[] { (AccessPaths.Page, RateClasses.Pages), (AccessPaths.Workspace, RateClasses.Api) })
        {
            routes.MapGet(path + Behind + "/export", ExportAsync)
                .Guarded(Authority.Needs(Permissions.AuditExport.Name), rate, InputCheck.By<Validator>(), Recording.As(AuditActions.AuditExported));
        }
    }

    private static IResult Show(WorkspaceId workspace, [AsParameters] Query query, HttpContext context, AiActivity activity, Policy policy, TimeProvider clock)
    {
        query.Checked(Rules);
        var now = clock.GetUtcNow();
        var found = activity.Find(workspace, query.Filter(clock), CallsPerPage + 1);
        var calls = found.Take(CallsPerPage).ToArray();
        var path = AccessPaths.PageOf(workspace) + Behind;
        var today = activity.Days(workspace, Formats.StartOfDay(Formats.DayNumber(now)), Formats.Zone) is [var day, ..] ? day : default;
        var open = query.Call is { } seq ? calls.FirstOrDefault(call => call.Seq == seq) : null;
        return Page.Of<ActivityPage>(new ActivityModel(
            AccessPaths.PageOf(workspace),
            new ActivityToday(today.Answered + today.Refused, today.Rows, today.Bytes, today.Refused),
            [.. activity.Callers(workspace, query.Since(clock)).Select(caller => new Dashboard.Components.SelectOption(caller.Id, caller.Name))],
            query.Client ?? "",
            query.Outcome ?? "",
            query.DaysOrDefault,
            [.. calls.Select(call => Row(call, query.Address(path, call.Seq)))],
            open is null ? null : Detail(open, query.Address(path, null)),
            found.Count > CallsPerPage ? (query with { Before = calls[^1].Seq }).Address(path, null) : null,
            query.Before is null ? null : (query with { Before = null }).Address(path, null),
            policy.May(Principal.Of(context.User)!, Permissions.AuditExport, workspace).IsAllowed ? query.Address(path + "/export", null) : null));
    }

    public static async Task<IResult> ExportAsync(WorkspaceId workspace, [AsParameters] Query query, AiActivity activity, AuditLog audit, TimeProvider clock)
    {
        var filter = query.Checked(Rules).Filter(clock);
        await audit.RecordAsync(new AuditEntry(AuditActions.AuditExported) { Workspace = workspace, Details = [("what", "ai activity"), ("days", query.DaysOrDefault)] });
        var text = new StringBuilder(AuditExport.Line(["time", "client", "program", "tool", "sql", "arguments", "touched", "rows", "bytes", "ms", "outcome"]));
        var written = 0;
        for (var calls = activity.Find(workspace, filter, CallsPerRead); calls.Count > 0 && written < MaxExported; calls = activity.Find(workspace, filter with { Before = calls[^1].Seq }, CallsPerRead))
        {
            foreach (var call in calls)
            {
                text.Append(AuditExport.Line(
                [
                    call.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), call.ActorName, call.Client, call.Tool, call.Sql ?? "", string.Join("; ", call.Arguments), string.Join(' ', call.Touched),
                    call.Rows.ToString(CultureInfo.InvariantCulture), call.Bytes.ToString(CultureInfo.InvariantCulture), call.Milliseconds.ToString(CultureInfo.InvariantCulture), call.Outcome,
                ]));
            }

            written += calls.Count;
        }

        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), "text/csv; charset=utf-8", "ai-activity.csv");
    }

    private static CallRow Row(ClientCall call, string href) => new(
        call.At, call.ActorName, href + "#call", call.Sql ?? (call.Arguments.Count > 0 ? $"{call.Tool} {string.Join(", ", call.Arguments)}" : call.Tool), TablesOf(call), call.Rows, call.Bytes, call.Milliseconds, call.Outcome);

    private static string TablesOf(ClientCall call) => string.Join(", ", call.Touched.Select(name => name.Split('.')[0]).Distinct());

    private static CallDetail Detail(ClientCall call, string close) => new(
        call.At,
        call.ActorName,
        call.Client,
        call.Tool,
        call.Sql,
        call.Arguments,
        [.. call.Touched.GroupBy(name => name.Split('.')[0]).Select(table => new TouchedTable(table.Key, [.. table.Where(name => name.Contains('.', StringComparison.Ordinal)).Select(name => name.Split('.', 2)[1])]))],
        call.Rows,
        call.Bytes,
        call.Milliseconds,
        call.Outcome,
        close);

    internal sealed record Query
    {
        private const int DefaultDays = 7;

        /// <summary>Id of a token.</summary>
        public string? Client { get; init; }

        /// <summary>"answered" or "refused".</summary>
        public string? Outcome { get; init; }

        public int? Days { get; init; }

        public long? Before { get; init; }

        /// <summary>The one that is shown whole.</summary>
        public long? Call { get; init; }

        public int DaysOrDefault => Days ?? DefaultDays;

        public DateTimeOffset Since(TimeProvider clock) => clock.GetUtcNow() - TimeSpan.FromDays(DaysOrDefault);

        public CallFilter Filter(TimeProvider clock) => new(
            string.IsNullOrEmpty(Client) ? null : Client, string.IsNullOrEmpty(Outcome) ? null : Outcome == "answered", Since(clock), Before ?? long.MaxValue);

        public string Address(string path, long? call) => string.Create(
            CultureInfo.InvariantCulture,
            $"{path}?client={Uri.EscapeDataString(Client ?? "")}&outcome={Uri.EscapeDataString(Outcome ?? "")}&days={DaysOrDefault}{(Before is { } before ? $"&before={before}" : "")}{(call is { } seq ? $"&call={seq}" : "")}");
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        private const int MaxDays = 400;

        public Validator()
        {
            RuleFor(query => query.Client).MaximumLength(64).WithMessage("client is the id of a token.");
            RuleFor(query => query.Outcome).Must(outcome => outcome is null or "" or "answered" or "refused").WithMessage("outcome is answered or refused.");
            RuleFor(query => query.Days).InclusiveBetween(1, MaxDays).WithMessage($"days is 1 to {MaxDays}.");
        }
    }
}
