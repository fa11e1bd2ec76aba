using ModelContextProtocol.Server;
using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.Mcp.Resources;

/// <summary>Answers the protocol's requests about resources.</summary>
internal static class WorkspaceResourceHandlers
{
    public static IMcpServerBuilder WithWorkspaceResources(this IMcpServerBuilder builder) => builder
        .WithListResourcesHandler((request, cancel) => Resources(request).ListAsync(Caller.Of(request.User), cancel))
        .WithListResourceTemplatesHandler((_, _) => ValueTask.FromResult(WorkspaceResources.ListTemplates()))
        .WithReadResourceHandler((request, cancel) => Resources(request).ReadAsync(request.Params.Uri, Caller.Of(request.User), cancel))
        .WithCompleteHandler((request, cancel) => Resources(request).CompleteAsync(request.Params, Caller.Of(request.User), cancel));

    private static WorkspaceResources Resources(MessageContext request) => request.Services!.GetRequiredService<WorkspaceResources>();
}
