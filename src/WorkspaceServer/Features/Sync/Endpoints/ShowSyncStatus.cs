using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/sync: how fresh each table is, who sends it, and what waits for an owner's word.</summary>
internal static class ShowSyncStatus
{
    public const string Path = AccessPaths.Workspace + "/sync";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Path, HandleAsync)
        .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));

    private static async Task<Status> HandleAsync(WorkspaceId workspace, ISyncGateway gateway, TimeProvider clock, CancellationToken cancel) =>
        new(clock.GetUtcNow(), [.. (await gateway.ListTablesAsync(workspace, cancel)).Select(TableStatus.Of)]);

    internal sealed record Status(DateTimeOffset Now, IReadOnlyList<TableStatus> Tables);
}

/// <summary>How fresh one table is.</summary>
/// <param name="Reconciled">Null if no agent sends it.</param>
/// <param name="Waiting">What about its columns waits to be accepted, in words.</param>
internal sealed record TableStatus(string Name, long Rows, DateTimeOffset AsOf, bool? Reconciled, string Source, string? Agent, string? LastRun, string? Waiting)
{
    public static TableStatus Of(SyncedTable synced) => new(
        synced.Table.Schema.Name, synced.Table.RowCount, synced.Table.LoadedAt, synced.Table.IsReconciled, synced.Table.Schema.Source, synced.Agent, synced.LastRun, synced.Waiting);
}
