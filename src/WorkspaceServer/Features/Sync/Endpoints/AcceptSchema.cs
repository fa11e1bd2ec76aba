using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>POST /api/v1/workspaces/{workspace}/sync/tables/{table}/accept-schema: lets changed columns pass; the agent's next snapshot brings them.</summary>
internal static class AcceptSchema
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(ShowSyncStatus.Path + "/tables/{table}/accept-schema", HandleAsync)
        .Guarded(Authority.Needs(Permissions.SyncApprove.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.SyncSchemaAccepted));

    private static async Task<Answer> HandleAsync(WorkspaceId workspace, string table, SyncDesk desk, CancellationToken cancel) =>
        new(table, await desk.AcceptSchemaAsync(workspace, table, cancel));

    /// <param name="Accepted">The changes, in words.</param>
    internal sealed record Answer(string Table, string Accepted);
}
