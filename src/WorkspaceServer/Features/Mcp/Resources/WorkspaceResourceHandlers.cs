using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.Mcp.Resources;

/// <summary>Answers the protocol's requests about resources.</summary>
internal static class WorkspaceResourceHandlers
{
    private const string FirstWithoutItsOwnCode = "2026-07-28";

    public static IMcpServerBuilder WithWorkspaceResources(this IMcpServerBuilder builder) => builder
        .WithListResourcesHandler((request, cancel) => Resources(request).ListAsync(Caller.Of(request.User), cancel))
        .WithListResourceTemplatesHandler((_, _) => ValueTask.FromResult(WorkspaceResources.ListTemplates()))
        .WithReadResourceHandler(async (request, cancel) =>
            await Resources(request).ReadAsync(request.Params.Uri, Caller.Of(request.User), cancel) ?? throw NotFound(request))
        .WithCompleteHandler((request, cancel) => Resources(request).CompleteAsync(request.Params, Caller.Of(request.User), cancel));

    /// <summary>The code changed with 2026-07-28 (SEP-2164), and the address goes back to the client.</summary>
    private static McpProtocolException NotFound(RequestContext<ReadResourceRequestParams> request)
    {
        var isOld = string.CompareOrdinal(request.Server.NegotiatedProtocolVersion, FirstWithoutItsOwnCode) < 0;
        var error = new McpProtocolException(
            "There is no such resource. List them with resources/list.", isOld ? McpErrorCode.ResourceNotFound : McpErrorCode.InvalidParams);
        error.Data["uri"] = request.Params.Uri;
        return error;
    }

    private static WorkspaceResources Resources(MessageContext request) => request.Services!.GetRequiredService<WorkspaceResources>();
}
