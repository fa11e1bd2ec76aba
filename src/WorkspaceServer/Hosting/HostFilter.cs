using System.Net;

namespace WorkspaceServer.Hosting;

/// <summary>Refuses requests for a host that is not ours, so that a name somebody else points at us gets no answer (DNS rebinding).</summary>
internal static class HostFilter
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public static void Use(WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        var address = app.Services.GetRequiredService<PublicAddress>();
        var allowed = new HashSet<string>(LoopbackNames.Concat(options.AllowedHosts), StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) =>
        {
            var host = context.Request.Host;
            var isAddress = HasGoodPort(host);
            if (host.HasValue && isAddress && (allowed.Contains(host.Host) || host.Host.Equals(address.Host, StringComparison.OrdinalIgnoreCase)))
            {
                return next(context);
            }

            // The page that says so is built as one of ours: out of an empty name, or a port that there cannot be, no address can be made.
            context.Request.Host = new HostString(address.Host);
            return !isAddress
                ? ProblemResponses.WriteAsync(context, ProblemCodes.BadRequest, "The request names a port that there cannot be.")
                : host.HasValue
                ? ProblemResponses.WriteAsync(context, ProblemCodes.UnknownHost, "This server does not answer for that host. Its operator can add it to Server:AllowedHosts.")
                : ProblemResponses.WriteAsync(context, ProblemCodes.BadRequest, "The request names no host.");
        });
    }

    /// <summary>Whether the port, if one is named, is one: digits are checked before, but not how many.</summary>
    private static bool HasGoodPort(HostString host) =>
        host.Port is { } port ? port <= IPEndPoint.MaxPort : !host.HasValue || host.Value.Length <= host.Host.Length + 1;
}
