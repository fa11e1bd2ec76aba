using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace WorkspaceServer.Hosting;

/// <summary>What every log line and audit row of one request names: the request, and once they are known the workspace, who asked, and the route.</summary>
/// <remarks>A verb has one too: what an operator does on the command line is a request like any other.</remarks>
internal sealed class RequestScope
{
    private static readonly AsyncLocal<RequestScope?> Ambient = new();

    /// <summary>Of the request that this code serves; null outside of one.</summary>
    public static RequestScope? Current => Ambient.Value;

    /// <summary>16 random bytes as 32 hexadecimal digits, a trace id of W3C Trace Context, section 3.2.2.3. It names a request and guards nothing.</summary>
    public string RequestId { get; } = ActivityTraceId.CreateRandom().ToHexString();

    public string? WorkspaceId { get; set; }

    /// <summary>Id of the token, person or agent.</summary>
    public string? ActorId { get; set; }

    /// <summary>"token", "person", "agent" or "operator"; null while nobody knows.</summary>
    public string? ActorKind { get; set; }

    /// <summary>What the actor is called; for the audit row, never for the log.</summary>
    public string? ActorName { get; set; }

    /// <summary>Where the request came from, as the proxy on this machine says.</summary>
    public string? Ip { get; init; }

    /// <summary>The header as it came; whoever keeps it bounds it.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The pattern of the route, never the path, which may hold what a caller made up.</summary>
    public string Route { get; set; } = "unmatched";

    /// <summary>Which program asks, as it says itself.</summary>
    public string? Client { get; set; }

    private int statements;

    /// <summary>How many statements were put to the sandbox for this request, as the gateway counts them; the second trail counts by itself.</summary>
    public int Statements => statements;

    public void CountStatement() => Interlocked.Increment(ref statements);

    public static RequestScope Begin(string? ip = null, string? userAgent = null) => Ambient.Value = new RequestScope { Ip = ip, UserAgent = userAgent };

    /// <summary>Adds the scope to each log line.</summary>
    internal sealed class Enricher : ILogEventEnricher
    {
        // What ASP.NET Core adds by itself: a path may hold what a caller made up, and the ids say less than ours.
        private static readonly string[] NotWanted = ["RequestPath", "RequestId", "ConnectionId"];

        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            foreach (var name in NotWanted)
            {
                logEvent.RemovePropertyIfPresent(name);
            }

            if (Current is not { } scope)
            {
                return;
            }

            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("request_id", scope.RequestId));
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("workspace_id", scope.WorkspaceId));
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("actor_id", scope.ActorId));
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("route", scope.Route));
            if (scope.Client is not null)
            {
                logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("client", scope.Client));
            }
        }
    }
}
