using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.Mcp;

/// <summary>How many requests of one token are open at the same time, of whatever method; among them streams that stay open.</summary>
internal sealed class OpenRequests(McpOptions options)
{
    /// <summary>Streams of one token on which the server may speak (subscriptions/listen).</summary>
    public const int MaxStreams = 8;

    private readonly Dictionary<(string Token, bool IsStream), int> open = [];
    private readonly Lock gate = new();

    /// <summary>Calls that run and that wait, and as many short requests again.</summary>
    public int MaxRequests { get; } = 2 * (options.MaxCallsPerToken + ToolCalls.MaxWaiting);

    /// <returns>False if the token has too many open; else <see cref="Leave"/> must follow.</returns>
    public bool TryEnter(Caller caller, bool isStream)
    {
        var key = (caller.TokenId, isStream);
        lock (gate)
        {
            var count = open.GetValueOrDefault(key);
            if (count >= (isStream ? MaxStreams : MaxRequests))
            {
                return false;
            }

            open[key] = count + 1;
            return true;
        }
    }

    public void Leave(Caller caller, bool isStream)
    {
        var key = (caller.TokenId, isStream);
        lock (gate)
        {
            if (--open[key] == 0)
            {
                open.Remove(key);
            }
        }
    }
}
