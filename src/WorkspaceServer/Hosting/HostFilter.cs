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
            if (!host.HasValue)
            {
                return ProblemResponses.WriteAsync(context, ProblemCodes.BadRequest, "The request names no host.");
            }

            return allowed.Contains(host.Host) || host.Host.Equals(address.Host, StringComparison.OrdinalIgnoreCase)
                ? next(context)
                : ProblemResponses.WriteAsync(context, ProblemCodes.UnknownHost, "This server does not answer for that host. Its operator can add it to Server:AllowedHosts.");
        });
    }
}
