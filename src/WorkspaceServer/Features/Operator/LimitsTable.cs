using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Features.Operator;

/// <summary>One endpoint and what its guard says.</summary>
internal sealed record LimitedEndpoint(string Method, string Path, Guard Guard);

/// <summary>One class of requests with the limit in force.</summary>
internal sealed record LimitedClass(string Name, int Requests, int WindowSeconds, string Key, bool Kept, string Setting);

/// <summary>One other bound.</summary>
/// <param name="Setting">Which setting changes it; "fixed" if none does.</param>
internal sealed record OtherBound(string Name, long Value, string Unit, string Setting);

/// <summary>Every limit in force, read from the code and the settings that enforce it.</summary>
internal sealed record LimitsTable(IReadOnlyList<LimitedEndpoint> Endpoints, IReadOnlyList<LimitedClass> Classes, IReadOnlyList<OtherBound> Others)
{
    private const string Fixed = "fixed";

    /// <param name="app">The server, built but not started.</param>
    public static LimitsTable Of(WebApplication app) => Of(app.Services, GuardCheck.EndpointsOf(app));

    /// <param name="mapped">Every endpoint of the server that these services belong to.</param>
    public static LimitsTable Of(IServiceProvider services, IEnumerable<RouteEndpoint> mapped)
    {
        var counters = services.GetRequiredService<RateLimits>().Counters.ToDictionary(counter => counter.Class);
        return new LimitsTable(
            [
                .. mapped
                    .SelectMany(endpoint => Methods(endpoint).Select(method => new LimitedEndpoint(method, Path(endpoint), endpoint.Metadata.GetRequiredMetadata<Guard>())))
                    .OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
            ],
            [
                .. RateClasses.BySetting.Select(entry => new LimitedClass(
                    entry.Value.Name, counters[entry.Value].Limit, (int)entry.Value.Window.TotalSeconds, Lower(entry.Value.Key), entry.Value.IsKept, $"{LimitOptions.Section}:{entry.Key}")),
            ],
            [
                .. Requests(services.GetRequiredService<ServerOptions>(), services.GetRequiredService<McpOptions>()),
                .. Tokens(services.GetRequiredService<McpOptions>(), services.GetRequiredService<OpenRequests>()),
                .. Questions(services.GetRequiredService<QueryOptions>()),
            ]);
    }

    public static string Lower(Enum value) => value.ToString().ToLowerInvariant();

    private static IEnumerable<OtherBound> Requests(ServerOptions server, McpOptions mcp) =>
    [
        new("body of a request", server.MaxRequestBodyBytes, "bytes", "Server:MaxRequestBodyBytes"),
        new("body of a request to /mcp", mcp.MaxRequestBodyBytes, "bytes", "Mcp:MaxRequestBodyBytes"),
        new("headers of a request", HttpServer.MaxHeaderBytes, "bytes", Fixed),
    ];

    private static IEnumerable<OtherBound> Tokens(McpOptions mcp, OpenRequests open) =>
    [
        new("calls of a token at the same time", mcp.MaxCallsPerToken, "calls", "Mcp:MaxCallsPerToken"),
        new("calls of a token that wait", ToolCalls.MaxWaiting, "calls", Fixed),
        new("a call waits at most", (long)ToolCalls.MaxWait.TotalSeconds, "seconds", Fixed),
        new("open requests of a token", open.MaxRequests, "requests", "Mcp:MaxCallsPerToken"),
        new("open streams of a token", OpenRequests.MaxStreams, "streams", Fixed),
        new("rows that a token reads", mcp.RowsPerDay, "rows a day", "Mcp:RowsPerDay, token create --rows-per-day"),
        new("answers that a token gets", mcp.BytesPerDay, "bytes a day", "Mcp:BytesPerDay, token create --bytes-per-day"),
    ];

    private static IEnumerable<OtherBound> Questions(QueryOptions query)
    {
        var sandbox = new SandboxOptions { WorkerPath = "" };
        return
        [
            new("one statement", SandboxLimits.MaxSqlBytes, "bytes", Fixed),
            new("one statement runs", query.DeadlineMilliseconds, "milliseconds", "Query:DeadlineMilliseconds"),
            new("one statement uses", SandboxLimits.StatementMemoryBytes, "bytes of memory", Fixed),
            new("one value that a statement reads or makes", SandboxLimits.MaxValueBytes, "bytes", Fixed),
            new("one answer of execute_sql", ExecuteSqlTool.MaxRows, "rows", Fixed),
            new("the text of one answer", FencedText.MaxCharacters, "characters", Fixed),
            new("one cell of an answer", JsonText.MaxCellCharacters, "characters", Fixed),
            new("one answer of search", SearchTool.MaxHits, "rows", Fixed),
            new("statements of a workspace that wait", sandbox.MaxWaitingPerWorkspace, "statements", Fixed),
            new("heavy statements of a workspace that wait", sandbox.MaxWaitingHeavyPerWorkspace, "statements", Fixed),
            new("fast processor time of a workspace", (long)sandbox.FastTimePerSecond.TotalMilliseconds, "milliseconds a second", Fixed),
        ];
    }

    private static IReadOnlyList<string> Methods(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"];

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText?.Trim('/');
}
