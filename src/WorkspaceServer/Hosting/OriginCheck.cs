namespace WorkspaceServer.Hosting;

/// <summary>Refuses calls that a web page of another origin makes to the MCP endpoint (MCP 2026-07-28, Streamable HTTP, Security).</summary>
/// <remarks>Origins are compared whole: scheme, host and port. Programs send no Origin and are not touched.</remarks>
internal static class OriginCheck
{
    private const string CheckedPath = "/mcp";

    public static void Use(WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        var address = app.Services.GetRequiredService<PublicAddress>();
        var allowed = new HashSet<string>(options.AllowedOrigins.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) =>
        {
            var origin = context.Request.Headers.Origin;
            return origin.Count == 0
                || !context.Request.Path.StartsWithSegments(CheckedPath, StringComparison.OrdinalIgnoreCase)
                || (origin.Count == 1 && (allowed.Contains(origin[0]!) || address.Origin.Equals(origin[0], StringComparison.OrdinalIgnoreCase)))
                ? next(context)
                : ProblemResponses.WriteAsync(context, ProblemCodes.OriginNotAllowed, "Pages of this origin may not call the server. Its operator can add it to Server:AllowedOrigins.");
        });
    }
}
