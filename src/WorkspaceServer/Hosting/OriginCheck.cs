using Microsoft.AspNetCore.Cors.Infrastructure;

namespace WorkspaceServer.Hosting;

/// <summary>Refuses calls that a web page of another origin makes to the MCP endpoint (MCP 2026-07-28, Streamable HTTP, Security).</summary>
/// <remarks>
/// Origins are compared whole: scheme, host and port. Programs send no Origin and are not touched. A browser lets a page of an
/// allowed origin call and read what comes back only if it is told so (CORS, fetch.spec.whatwg.org, section 3.2); cookies are no part of it.
/// </remarks>
internal static class OriginCheck
{
    /// <summary>The policy of endpoints that pages of allowed origins may call.</summary>
    public const string CorsPolicy = "allowed-origins";

    private const string CheckedPath = "/mcp";

    /// <summary>How long a browser may remember that a page may call.</summary>
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    private static readonly string[] ReadableHeaders = ["WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy", RequestLog.Header];

    public static void AddServices(IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<ServerOptions>((cors, options) => cors.AddPolicy(CorsPolicy, policy => policy
            .WithOrigins(Allowed(options))
            .WithMethods(HttpMethods.Get, HttpMethods.Post)
            .AllowAnyHeader()
            .WithExposedHeaders(ReadableHeaders)
            .SetPreflightMaxAge(PreflightMaxAge)));
    }

    public static void Use(WebApplication app)
    {
        var address = app.Services.GetRequiredService<PublicAddress>();
        var allowed = new HashSet<string>(Allowed(app.Services.GetRequiredService<ServerOptions>()), StringComparer.OrdinalIgnoreCase);
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

    private static string[] Allowed(ServerOptions options) => [.. options.AllowedOrigins.Select(origin => origin.TrimEnd('/'))];
}
