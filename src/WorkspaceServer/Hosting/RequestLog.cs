using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Hosting;

/// <summary>Gives each request an id of our own, tells it to the caller, and writes one line when the request is done.</summary>
internal static partial class RequestLog
{
    public const string Header = "X-Request-Id";

    /// <summary>nginx's status for a caller that went away; never sent.</summary>
    private const int ClientClosedRequest = 499;

    public static void Use(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkspaceServer.Requests");
        var measures = app.Services.GetRequiredService<ServerMeasures>();
        app.Use(async (context, next) =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var scope = RequestScope.Begin(AddressOf(context), context.Request.Headers.UserAgent.ToString());
            context.TraceIdentifier = scope.RequestId;
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[Header] = scope.RequestId;
                return Task.CompletedTask;
            });
            try
            {
                await next(context);
            }
            finally
            {
                var status = context.RequestAborted.IsCancellationRequested ? ClientClosedRequest : context.Response.StatusCode;
                var took = TimeProvider.System.GetElapsedTime(started);
                measures.Answered(context.Request.Method, scope.Route, status, context.GetEndpoint()?.Metadata.GetMetadata<StaysOpen>() is null ? took : null);
                Done(log, context.Request.Method, scope.Route, status, Math.Round(took.TotalMilliseconds, 2));
            }
        });
    }

    /// <summary>Notes which route was chosen; comes after routing.</summary>
    public static void UseRoute(WebApplication app) => app.Use((context, next) =>
    {
        if (RequestScope.Current is { } scope && context.GetEndpoint() is { } endpoint)
        {
            scope.Route = (endpoint as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/') ?? endpoint.DisplayName ?? scope.Route;
        }

        return next(context);
    });

    private static string? AddressOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    [LoggerMessage(1, LogLevel.Information, "{method} {route} {status} in {ms} ms")]
    private static partial void Done(ILogger logger, string method, string route, int status, double ms);
}
