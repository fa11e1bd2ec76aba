using System.Text;
using ModelContextProtocol;
using Serilog;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;
using Serilog.Sinks.File;
using Serilog.Sinks.SystemConsole.Themes;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Hosting;

/// <summary>Where log lines go: standard output, one JSON document a line, or text for a person at a terminal.</summary>
internal static class Logging
{
    /// <summary>A day's file of the security log ends here; what comes after it is on standard output only. So nobody fills the disk.</summary>
    private const long MaxSecurityFileBytes = 64 << 20;

    private const string Template = "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {Message:lj} {Properties:j}{NewLine}{Exception}";

    public static void Add(IServiceCollection services, ServerOptions options) => services.AddSerilog((provider, logger) =>
    {
        logger
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(options.LogDetail.ToString()))
            // The libraries' own lines may hold addresses with query strings; ours never do.
            .MinimumLevel.Override(SecurityLog.Category, LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("ModelContextProtocol", LogEventLevel.Warning)
            // The SDK logs a caller's mistake, such as an unknown tool, as a failure with its stack; the caller is told, that is enough.
            .Filter.ByExcluding(line => line.Exception is McpException)
            .Enrich.With<RequestScope.Enricher>()
            .ReadFrom.Services(provider);
        if (options.SecurityLogDays > 0 && provider.GetService<DataFolder>() is { } folder)
        {
            AddSecurityFiles(logger, folder, options.SecurityLogDays);
        }

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

    /// <summary>The security log once more, apart from everything else: a file for each day, for whoever collects or watches them.</summary>
    private static void AddSecurityFiles(LoggerConfiguration logger, DataFolder folder, int days) => logger.WriteTo.Logger(security => security
        .Filter.ByIncludingOnly(Matching.FromSource(SecurityLog.Category))
        .WriteTo.File(
            new CompactJsonFormatter(),
            Path.Combine(folder.Path, SecurityLog.Folder, ".jsonl"),
            rollingInterval: RollingInterval.Day,
            fileSizeLimitBytes: MaxSecurityFileBytes,
            retainedFileCountLimit: null,
            retainedFileTimeLimit: TimeSpan.FromDays(days),
            hooks: new OwnerOnly()));

    /// <summary>Nobody else on the machine reads who came from where.</summary>
    private sealed class OwnerOnly : FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
        {
            File.SetUnixFileMode(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return underlyingStream;
        }
    }
}
