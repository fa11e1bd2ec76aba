using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Mcp.Resources;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>Puts saved questions beside our own prompts: prompts/list names them, prompts/get hands one over.</summary>
internal static class SavedPromptHandlers
{
    public static IMcpRequestFilterBuilder AddSavedPrompts(this IMcpRequestFilterBuilder filters) => filters
        .AddListPromptsFilter(next => async (request, cancel) =>
        {
            var result = await next(request, cancel);
            result.Prompts = [.. result.Prompts, .. await AskAsync(request, (saved, caller) => saved.ListAsync(caller, cancel))];
            return result;
        })
        .AddGetPromptFilter(next => async (request, cancel) =>
            request.MatchedPrimitive is null && request.Params.Name.StartsWith(SavedPrompts.Prefix, StringComparison.Ordinal) && await GetAsync(request, cancel) is { } saved
                ? saved
                : await next(request, cancel));

    private static async Task<GetPromptResult?> GetAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancel)
    {
        if (await AskAsync(request, (saved, caller) => saved.GetAsync(request.Params.Name, caller, cancel)) is not { } prompt)
        {
            return null;
        }

        return request.Params.Arguments is null or { Count: 0 } ? prompt : throw new McpProtocolException("This prompt takes no arguments.", McpErrorCode.InvalidParams);
    }

    private static async Task<T> AskAsync<T>(MessageContext request, Func<SavedPrompts, Caller, Task<T>> ask)
    {
        try
        {
            return await ask(request.Services!.GetRequiredService<SavedPrompts>(), Caller.Of(request.User));
        }
        catch (ProblemException problem)
        {
            throw new McpProtocolException($"{problem.Code.Code}: {problem.Message}", problem, WorkspaceResourceHandlers.NotNow);
        }
    }
}
