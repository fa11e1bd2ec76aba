using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Agents;

/// <summary>What agents sent, as this person may see it.</summary>
/// <remarks>Sums are made of cells, so they are for members who may run SQL; others see how many rows there are.</remarks>
internal sealed class SentRuns(ISyncGateway gateway, Policy policy)
{
    /// <summary>Newest first.</summary>
    /// <param name="before">Only older ones than this number.</param>
    public async Task<IReadOnlyList<SyncLogEntry>> ListAsync(ClaimsPrincipal user, WorkspaceId workspace, long? before, int limit, CancellationToken cancel)
    {
        var runs = await gateway.ListRunsAsync(workspace, before, limit, cancel);
        return policy.May(Principal.Of(user)!, Permissions.QueryRun, workspace) is { IsAllowed: true, SupportGrant: null }
            ? runs
            : [.. runs.Select(run => run.Totals is { } totals ? run with { Totals = new ControlTotals(totals.Rows, new Dictionary<string, string>()) } : run)];
    }

    /// <summary>Those of these that are not at their end yet, as pages show them.</summary>
    /// <param name="nameOf">An agent's name.</param>
    public static IReadOnlyList<UnderWay> UnderWay(IEnumerable<SyncLogEntry> runs, Func<string?, string> nameOf, DateTimeOffset now) =>
    [
        .. runs.Where(run => run.Outcome == "open").Select(run =>
        {
            var last = run.StartedAt.AddMilliseconds(run.Milliseconds);
            var left = run.Outlook?.SecondsLeft is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            return new UnderWay(run.Run, run.Table, nameOf(run.Agent), run.RowsIn, run.Outlook?.Rows, run.Outlook?.IsCounted ?? false, left, last, now - last > RunPace.MaxPause);
        }),
    ];

    /// <summary>Tables whose columns changed at the source, with the change in words.</summary>
    public async Task<IReadOnlyList<SyncedTable>> WaitingAsync(WorkspaceId workspace, CancellationToken cancel) =>
        [.. (await gateway.ListTablesAsync(workspace, cancel)).Where(table => table.Waiting is not null)];
}
