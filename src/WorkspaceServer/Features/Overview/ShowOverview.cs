using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Quotas;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Features.Proposals;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Sync;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Overview;

/// <summary>GET /w/{workspace}: how fresh the data is and whether its totals agree, what AI clients did this week, when a restore was last proven, what waits for a person. Each sees what their permissions open.</summary>
internal static class ShowOverview
{
    private const int DaysShown = 7;

    /// <summary>While there is no table, the page waits for what an agent sends.</summary>
    private const string Events = AccessPaths.Page + "/events";

    /// <summary>A token that ends within this time is worth a word.</summary>
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    /// <summary>A source that brought nothing for this long is worth a word.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccessPaths.Page, HandleAsync)
            .Guarded(Authority.Needs(Permissions.WorkspaceRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapGet(Events, (WorkspaceId workspace, HttpContext context, LiveStreams streams, Signals signals) =>
                streams.Open(context, SyncTopic.Of(workspace), () => signals.StateOf(SyncTopic.Of(workspace))))
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("says only that something is new"));
    }

    private static async Task<IResult> HandleAsync(
        WorkspaceId workspace,
        ClaimsPrincipal user,
        Policy policy,
        WorkspaceStore workspaces,
        WorkspaceLifecycle lifecycle,
        IWorkspaceGateway gateway,
        AiActivity activity,
        TokenStore tokens,
        TokenUsageStore usage,
        ProposalStore proposals,
        ISyncGateway sync,
        BackupSummaries backups,
        McpOptions mcp,
        Signals signals,
        TimeProvider clock,
        CancellationToken cancel)
    {
        // Read before the tables are: what changes in between is then noticed by the stream.
        var state = signals.StateOf(SyncTopic.Of(workspace));
        var may = policy.PermissionsOf(Principal.Of(user)!, workspace);
        var now = clock.GetUtcNow();
        var catalog = may.Contains(Permissions.TablesRead)
            ? await gateway.GetCatalogAsync(workspace, ReadAccess.Everything, cancel)
            : new Catalog(0, []);
        var good = may.Contains(Permissions.TokensRead)
            ? tokens.List(workspace).Where(token => token.RevokedAt is null && token.ExpiresAt > now).ToArray()
            : [];
        var sources = SourcesOf(catalog);
        var schemas = may.Contains(Permissions.AgentsRead) && may.Contains(Permissions.SyncApprove) ? (await sync.ListTablesAsync(workspace, cancel)).Count(table => table.Waiting is not null) : 0;
        var home = AccessPaths.PageOf(workspace);
        return Page.Of<OverviewPage>(new OverviewModel(
            workspaces.Find(workspace)!.Name,
            home,
            now,
            new OverviewRights(
                may.Contains(Permissions.TablesRead), may.Contains(Permissions.TablesImport), may.Contains(Permissions.AuditRead), may.Contains(Permissions.TokensCreate), may.Contains(Permissions.AgentsPair)),
            sources,
            catalog.Tables.Count,
            catalog.Tables.Sum(table => table.RowCount),
            catalog.Tables.Count > 0 ? catalog.Tables.Min(table => table.LoadedAt) : null,
            lifecycle.BytesOf(workspace),
            may.Contains(Permissions.ClientsRead) ? WeekOf(workspace, activity, good, usage, mcp, now) : null,
            [
                .. ToDecide(home, may.Contains(Permissions.ProposalsDecide) ? proposals.ListPending(workspace, now).Count : 0, schemas),
                .. ToKnow(may, home, catalog, sources, good, now),
            ],
            may.Contains(Permissions.BackupsRead) ? BackupsOf(backups.Of(workspace)) : null,
            catalog.Tables.Count == 0 && may.Contains(Permissions.TablesRead) ? home + "/events" : null,
            state));
    }

    private static OverviewBackups BackupsOf(BackupSummary summary) => new(summary.IsOn, summary.IsLate, summary.LastAt, summary.Proven?.At);

    private static SourceRow[] SourcesOf(Catalog catalog) =>
    [
        .. catalog.Tables.GroupBy(table => table.Schema.Source, StringComparer.Ordinal)
            .Select(source => new SourceRow(source.Key, source.Count(), source.Sum(table => table.RowCount), source.Min(table => table.LoadedAt), CatalogTable.AreReconciled(source)))
            .OrderByDescending(source => source.AsOf),
    ];

    private static WeekOfQuestions WeekOf(WorkspaceId workspace, AiActivity activity, TokenRecord[] tokens, TokenUsageStore usage, McpOptions mcp, DateTimeOffset now)
    {
        var today = Formats.DayNumber(now);
        var first = today - DaysShown + 1;
        var counts = activity.Days(workspace, Formats.StartOfDay(first), Formats.Zone).ToDictionary(day => day.Day);
        var read = usage.Of(DailyQuotas.DayOf(now));
        return new WeekOfQuestions(
            [
                .. Enumerable.Range(0, DaysShown).Select(i => (Number: first + i, Found: counts.GetValueOrDefault(first + i)))
                    .Select(day => new DayOfQuestions(Formats.StartOfDay(day.Number), day.Found.Answered, day.Found.Refused, day.Found.Rows)),
            ],
            [.. tokens.Where(token => read.ContainsKey(token.Id)).Select(token => new ClientToday(token.Name, read[token.Id].Rows, token.Budget.Rows ?? mcp.RowsPerDay))]);
    }

    private static IEnumerable<WaitingItem> ToDecide(string home, int proposed, int schemas)
    {
        if (proposed > 0)
        {
            yield return new WaitingItem(
                "check", proposed == 1 ? T["An AI client proposes a question to save"] : T["AI clients propose {0} questions to save", proposed], T["Each waits for ten minutes. Nothing happens without a person."], T["Decide"], home + ProposalPaths.Behind);
        }

        if (schemas > 0)
        {
            yield return new WaitingItem(
                "agent", schemas == 1 ? T["The columns of a table changed at its source"] : T["The columns of {0} tables changed at their source", schemas], T["No newer rows come in until a person says yes."], T["Look and decide"], home + "/agents");
        }
    }

    private static IEnumerable<WaitingItem> ToKnow(PermissionSet may, string home, Catalog catalog, SourceRow[] sources, TokenRecord[] tokens, DateTimeOffset now)
    {
        foreach (var source in sources.Where(source => source.IsReconciled is false).Take(3))
        {
            yield return new WaitingItem("alert", T["The totals of {0} differ from its source", source.Name], T["The rows of before stay. The agent sends the whole table again at its next run."], T["See agents"], home + "/agents");
        }

        if (catalog.Tables.Count > 0 && tokens.Length == 0 && may.Contains(Permissions.TokensCreate))
        {
            yield return new WaitingItem("plug", T["No AI is connected yet"], T["Give your AI one address, and it can ask about these tables."], T["Connect one"], home + "/clients");
        }

        foreach (var token in tokens.Where(token => token.ExpiresAt - now < EndsSoon).OrderBy(token => token.ExpiresAt).Take(3))
        {
            yield return new WaitingItem("key", T["The token {0} ends on {1}", token.Name, Formats.Date(token.ExpiresAt)], T["After that day its AI client is refused. Make a new one in time."], T["See tokens"], home + "/tokens");
        }

        foreach (var source in sources.Where(source => now - source.AsOf > Stale).Take(3))
        {
            yield return new WaitingItem("clock", T["{0} brought nothing since {1}", source.Name, Formats.Date(source.AsOf)], T["AI clients are told how old the rows are with each answer."], T["See tables"], home + "/tables");
        }
    }
}
