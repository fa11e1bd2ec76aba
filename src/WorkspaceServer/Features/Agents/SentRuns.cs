using System.Security.Claims;
using WorkspaceServer.Features.Access;
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

    /// <summary>Tables whose columns changed at the source, with the change in words.</summary>
    public async Task<IReadOnlyList<SyncedTable>> WaitingAsync(WorkspaceId workspace, CancellationToken cancel) =>
        [.. (await gateway.ListTablesAsync(workspace, cancel)).Where(table => table.Waiting is not null)];
}
