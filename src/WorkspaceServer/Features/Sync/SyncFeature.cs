using WorkspaceServer.Features.Sync.Endpoints;

namespace WorkspaceServer.Features.Sync;

/// <summary>Plugs what agents send, and what people see of it, into the server.</summary>
internal static class SyncFeature
{
    public static void AddSync(this IServiceCollection services)
    {
        services.AddSingleton<SyncDesk>();
        services.AddSingleton<BatchesInFlight>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ShowAgentToItself.Map(routes);
        ShowTableToAgent.Map(routes);
        BeginSyncRun.Map(routes);
        ShowSyncRun.Map(routes);
        AbandonSyncRun.Map(routes);
        TakeBatch.Map(routes);
        CommitSyncRun.Map(routes);
        ShowSyncStatus.Map(routes);
        ListSyncRuns.Map(routes);
        AcceptSchema.Map(routes);
        StopSyncRun.Map(routes);
    }
}
