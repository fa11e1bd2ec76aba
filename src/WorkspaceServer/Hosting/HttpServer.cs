using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkspaceServer.Hosting;

/// <summary>Makes the web server that everything is mapped onto. It reads no settings but the ones it is given.</summary>
internal static partial class HttpServer
{
    /// <summary>Longest header section of a request, in bytes.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    public static WebApplicationBuilder CreateBuilder(ServerOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "workspace-server" });
        ServerOptions.TryReadListen(options.Url, out var end);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Listen(end);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds));
        builder.Services.ConfigureHttpJsonOptions(json => UseStrictJson(json.SerializerOptions));
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(options);
        Logging.Add(builder.Services, options);
        Pipeline.AddServices(builder.Services);
        return builder;
    }

    /// <summary>One spelling for each member, and no member that means nothing: what is mistyped is refused, not passed over.</summary>
    private static void UseStrictJson(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.PropertyNameCaseInsensitive = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.Converters.Add(new ExactEnumNames());
    }

    /// <summary>Says it plainly when other machines can reach the server without a proxy.</summary>
    public static void WarnIfExposed(WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        if (ServerOptions.TryReadListen(options.Url, out var end) && !IPAddress.IsLoopback(end.Address))
        {
            Exposed(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkspaceServer.Start"), end.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Listening on {address}, which other machines reach without TLS. Put a proxy before the server and bind it to 127.0.0.1.")]
    private static partial void Exposed(ILogger logger, string address);
}
