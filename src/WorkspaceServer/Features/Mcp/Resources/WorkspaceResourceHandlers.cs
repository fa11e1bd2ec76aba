using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Resources;

/// <summary>Answers the protocol's requests about resources, within the same limits per token as calls of tools.</summary>
internal static class WorkspaceResourceHandlers
{
    private const string FirstWithoutItsOwnCode = "2026-07-28";

    /// <summary>The first code that JSON-RPC leaves to servers; the protocol has none for "not now".</summary>
    internal const McpErrorCode NotNow = (McpErrorCode)(-32000);

    public static IMcpServerBuilder WithWorkspaceResources(this IMcpServerBuilder builder) => builder
        .WithListResourcesHandler((request, cancel) => WithinLimitsAsync(request, (resources, caller) => resources.ListAsync(caller, cancel), cancel))
        .WithListResourceTemplatesHandler((_, _) => ValueTask.FromResult(WorkspaceResources.ListTemplates()))
        .WithReadResourceHandler((request, cancel) => WithinLimitsAsync(request, (resources, caller) => ReadAsync(request, resources, caller, cancel), cancel))
        .WithCompleteHandler((request, cancel) => WithinLimitsAsync(request, (resources, caller) => resources.CompleteAsync(request.Params, caller, cancel), cancel));

    private static async ValueTask<TResult> WithinLimitsAsync<TResult>(
        MessageContext request, Func<WorkspaceResources, Caller, ValueTask<TResult>> answer, CancellationToken cancel)
    {
        var caller = Caller.Of(request.User);
        try
        {
            var calls = request.Services!.GetRequiredService<ToolCalls>();
            using var place = await calls.BeginAsync(caller, cancel);
            var result = await answer(request.Services!.GetRequiredService<WorkspaceResources>(), caller);
            calls.RequireStillGood(caller);
            return result;
        }
        catch (ProblemException problem)
        {
            throw new McpProtocolException($"{problem.Code.Code}: {problem.Message}", problem, NotNow);
        }
    }

    private static async ValueTask<ReadResourceResult> ReadAsync(
        RequestContext<ReadResourceRequestParams> request, WorkspaceResources resources, Caller caller, CancellationToken cancel)
    {
        var result = await resources.ReadAsync(request.Params.Uri, caller, cancel) ?? throw NotFound(request);
        var bytes = result.Contents.OfType<TextResourceContents>().Sum(content => Encoding.UTF8.GetByteCount(content.Text));
        request.Services!.GetRequiredService<ToolCalls>().Count(caller, rows: 0, bytes);
        return result;
    }

    /// <summary>The code changed with 2026-07-28 (SEP-2164), and the address goes back to the client.</summary>
    private static McpProtocolException NotFound(RequestContext<ReadResourceRequestParams> request)
    {
        var isOld = string.CompareOrdinal(request.Server.NegotiatedProtocolVersion, FirstWithoutItsOwnCode) < 0;
        var error = new McpProtocolException(
            "There is no such resource. List them with resources/list.", isOld ? McpErrorCode.ResourceNotFound : McpErrorCode.InvalidParams);
        error.Data["uri"] = request.Params.Uri;
        return error;
    }
}
