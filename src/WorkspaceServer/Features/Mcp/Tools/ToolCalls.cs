using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>What happens around each call of a tool: a token runs only so many at once, and each one is logged.</summary>
internal sealed class ToolCalls(McpOptions options, ILogger<WorkspaceTool> log)
{
    private readonly Dictionary<string, int> running = [];
    private readonly Lock gate = new();

    /// <summary>Takes a place for one call of this token; disposing what comes back gives it up.</summary>
    /// <exception cref="ProblemException">The token has as many calls running as it may.</exception>
    public IDisposable Begin(Caller caller)
    {
        lock (gate)
        {
            var count = running.GetValueOrDefault(caller.TokenId);
            if (count >= options.MaxCallsPerToken)
            {
                throw new ProblemException(ProblemCodes.Busy, $"This token has {count} calls running, which is as many as it may. Wait for one to end.");
            }

            running[caller.TokenId] = count + 1;
        }

        return new Place(this, caller.TokenId);
    }

    public void Done(ToolCallNotes notes) => notes.Write(log);

    private void End(string token)
    {
        lock (gate)
        {
            if (--running[token] == 0)
            {
                running.Remove(token);
            }
        }
    }

    private sealed class Place(ToolCalls owner, string token) : IDisposable
    {
        public void Dispose() => owner.End(token);
    }
}
