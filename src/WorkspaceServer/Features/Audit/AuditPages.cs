using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Audit;

/// <summary>GET /w/{workspace}/audit: the workspace's rows of the log; POST …/verify walks the whole chain; …/export takes the rows out; the same under /api/v1.</summary>
internal static class AuditPages
{
    public const string Behind = "/audit";

    private const int RowsPerPage = 50;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccessPaths.Page + Behind, Show)
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(AccessPaths.Page + Behind + "/verify", async (WorkspaceId workspace, AuditVerdicts verdicts, CancellationToken cancel) =>
            {
                await verdicts.VerifyAsync(cancel);
                return Page.SeeOther(AccessPaths.PageOf(workspace) + Behind);
            })
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.AuditVerified));
        routes.MapGet(AccessPaths.Workspace + Behind, (WorkspaceId workspace, [AsParameters] Query query, AuditStore store, TimeProvider clock) =>
            {
                var rows = store.Find(query.Checked(Rules).Filter(workspace, clock), RowsPerPage + 1);
                return Results.Json(new { Items = rows.Take(RowsPerPage).Select(AuditExport.Document), Next = rows.Count > RowsPerPage ? rows[RowsPerPage - 1].Row.Seq : (long?)null });
            })
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(AccessPaths.Workspace + Behind + "/verify", async (WorkspaceId workspace, AuditVerdicts verdicts, CancellationToken cancel) =>
            {
                var verdict = await verdicts.VerifyAsync(cancel);
                return Results.Json(new { IsUnbroken = verdict.Findings.Count == 0, verdict.CheckedAt, Findings = verdict.Findings.Count });
            })
            .Guarded(Authority.Needs(Permissions.AuditRead.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.AuditVerified));
        foreach (var (path, rate) in new[] { (AccessPaths.Page, RateClasses.Pages), (AccessPaths.Workspace, RateClasses.Api) })
        {
            routes.MapGet(path + Behind + "/export", ExportAsync)
                .Guarded(Authority.Needs(Permissions.AuditExport.Name), rate, InputCheck.By<Validator>(), Recording.As(AuditActions.AuditExported));
        }
    }

    private static IResult Show(WorkspaceId workspace, [AsParameters] Query query, ClaimsPrincipal user, AuditStore store, AuditVerdicts verdicts, Policy policy, TimeProvider clock)
    {
        var rows = store.Find(query.Checked(Rules).Filter(workspace, clock), RowsPerPage + 1);
        var shown = rows.Take(RowsPerPage).ToArray();
        var path = AccessPaths.PageOf(workspace) + Behind;
        return Page.Of<AuditPage>(new AuditModel(
            AccessPaths.PageOf(workspace),
            verdicts.Last is { } verdict ? new ChainState(verdict.Findings.Count == 0, verdict.CheckedAt, verdict.Findings.Count) : null,
            query.Action ?? "",
            query.DaysOrDefault,
            query.Actor,
            query.Actor is null ? null : (query with { Actor = null, Before = null, Entry = null }).Address(path),
            [.. shown.Select(row => Row(row, query, path))],
            rows.Count > RowsPerPage ? (query with { Before = shown[^1].Row.Seq, Entry = null }).Address(path) : null,
            query.Before is null ? null : (query with { Before = null, Entry = null }).Address(path),
            policy.May(Principal.Of(user)!, Permissions.AuditExport, workspace).IsAllowed ? query.Address(path + "/export") : null));
    }

    public static async Task<IResult> ExportAsync(WorkspaceId workspace, [AsParameters] Query query, AuditStore store, AuditLog audit, TimeProvider clock, CancellationToken cancel)
    {
        var filter = query.Checked(Rules).Filter(workspace, clock);
        await audit.RecordAsync(new AuditEntry(AuditActions.AuditExported) { Workspace = workspace, Details = [("what", "audit log"), ("days", query.DaysOrDefault), ("action", query.Action)] });
        return Results.Stream(
            async to =>
            {
                await using var writer = new StreamWriter(to, new System.Text.UTF8Encoding(false), leaveOpen: true);
                await AuditExport.WriteAsync(store, filter, AuditExport.Csv, writer, _ => { }, cancel);
            },
            "text/csv; charset=utf-8",
            "audit.csv");
    }

    private static AuditLine Row(StoredAuditRow stored, Query query, string path)
    {
        var row = stored.Row;
        var isOpen = query.Entry == row.Seq;
        return new AuditLine(
            row.Seq,
            stored.At,
            stored.ActorName.Length > 0 ? stored.ActorName : row.ActorKind,
            (query with { Actor = row.ActorId, Before = null, Entry = null }).Address(path),
            row.Action,
            AuditActions.Find(row.Action)?.Meaning ?? row.Action,
            row.TargetId is null ? "" : $"{row.TargetKind} {row.TargetId}",
            row.Ip ?? "",
            row.Outcome,
            (query with { Entry = isOpen ? null : row.Seq }).Address(path) + "#entry-" + row.Seq.ToString(CultureInfo.InvariantCulture),
            isOpen ? JsonSerializer.Serialize(AuditExport.Document(stored), Indented) : null);
    }

    internal sealed record Query
    {
        private const int DefaultDays = 30;

        public string? Action { get; init; }

        public int? Days { get; init; }

        /// <summary>Whose rows.</summary>
        public string? Actor { get; init; }

        public long? Before { get; init; }

        /// <summary>The row that is shown whole.</summary>
        public long? Entry { get; init; }

        public int DaysOrDefault => Days ?? DefaultDays;

        public AuditFilter Filter(WorkspaceId workspace, TimeProvider clock) => new(
            ActorId: string.IsNullOrEmpty(Actor) ? null : Actor,
            WorkspaceId: workspace.ToString(),
            Action: string.IsNullOrEmpty(Action) ? null : Action,
            Since: (clock.GetUtcNow() - TimeSpan.FromDays(DaysOrDefault)).ToUnixTimeMilliseconds(),
            Before: Before ?? long.MaxValue);

        public string Address(string path) => string.Create(
            CultureInfo.InvariantCulture,
            $"{path}?action={Uri.EscapeDataString(Action ?? "")}&days={DaysOrDefault}{(Actor is null ? "" : "&actor=" + Uri.EscapeDataString(Actor))}{(Before is { } before ? $"&before={before}" : "")}{(Entry is { } entry ? $"&entry={entry}" : "")}");
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        private const int MaxDays = 800;

        private const int MaxIdLength = 200;

        public Validator()
        {
            RuleFor(query => query.Action).Must(action => string.IsNullOrEmpty(action) || AuditActions.Find(action) is not null).WithMessage("action is the name of an action, such as token.created.");
            RuleFor(query => query.Days).InclusiveBetween(1, MaxDays).WithMessage($"days is 1 to {MaxDays}.");
            RuleFor(query => query.Actor).MaximumLength(MaxIdLength).WithMessage("actor is the id of a person, token or agent.");
        }
    }
}
