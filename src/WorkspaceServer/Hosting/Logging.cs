using ModelContextProtocol;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.SystemConsole.Themes;

namespace WorkspaceServer.Hosting;

/// <summary>Where log lines go: standard output, one JSON document a line, or text for a person at a terminal.</summary>
internal static class Logging
{
    private const string Template = "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {Message:lj} {Properties:j}{NewLine}{Exception}";

    public static void Add(IServiceCollection services, ServerOptions options) => services.AddSerilog((provider, logger) =>
    {
        logger
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(options.LogDetail.ToString()))
            // The libraries' own lines may hold addresses with query strings; ours never do.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("ModelContextProtocol", LogEventLevel.Warning)
            // The SDK logs a caller's mistake, such as an unknown tool, as a failure with its stack; the caller is told, that is enough.
            .Filter.ByExcluding(line => line.Exception is McpException)
            .Enrich.With<RequestScope.Enricher>()
            .ReadFrom.Services(provider);
        var format = options.LogFormat;
        var isText = format == LogFormat.Text || (format == LogFormat.Auto && !Console.IsOutputRedirected);
        if (isText)
        {
            logger.WriteTo.Console(outputTemplate: Template, theme: AnsiConsoleTheme.Literate, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        }
        else if (format != LogFormat.None)
        {
            logger.WriteTo.Sink(new LineSink(Console.OpenStandardOutput(), new CompactJsonFormatter()));
        }
    }, preserveStaticLogger: true); // else servers in one process, as in tests, would share the last one's logger
}
