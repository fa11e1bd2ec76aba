using System.Net;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Features.Health;

/// <summary>GET /metrics: what the server counts and times, as Prometheus reads it; for the machine itself, and nothing to anybody else.</summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    /// <summary>Version 0.0.4 of the text format of Prometheus.</summary>
    private const string Format = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] OfProxies = ["X-Forwarded-For", "X-Original-For", "X-Forwarded-Proto", "X-Original-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via", "CF-Connecting-IP"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, AnswerAsync)
        .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("reads only"));

    private static async Task AnswerAsync(HttpContext context, ServerMeasures measures, IEnumerable<IMeasured> measured)
    {
        if (!IsFromThisMachine(context))
        {
            throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        }

        foreach (var each in measured)
        {
            each.Measure();
        }

        context.Response.ContentType = Format;
        await measures.Registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Not through a proxy, behind which everybody would look like the machine itself, and under a name that no other page can take.</summary>
    private static bool IsFromThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !OfProxies.Any(context.Request.Headers.ContainsKey)
        && (context.Request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(context.Request.Host.Host, out var host) && IPAddress.IsLoopback(host)));
}
