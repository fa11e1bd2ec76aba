using ModelContextProtocol;
using Serilog.Core;
using Serilog.Events;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Keeps out of the log what the SDK reports of clients' mistakes: as errors, with stack traces, quoting what the client sent.</summary>
/// <remarks>The client is told what was wrong, and the request's line says the rest. Other failures stay in the log.</remarks>
internal sealed class ClientMistakesFilter : ILogEventFilter
{
    public bool IsEnabled(LogEvent logEvent) => logEvent.Exception is not McpException;
}
