using System.Globalization;
using Serilog;
using Serilog.Extensions.Logging;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Service;

/// <summary>agent.log in the agent's folder: at most three files of 5 MB. It holds names of tables and counts, never what is in a cell.</summary>
internal static class AgentLog
{
    private const long MaxFileBytes = 5_000_000;
    private const int MaxFiles = 3;

    public static SerilogLoggerFactory Open(AgentHome home)
    {
        home.Create();
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
            .WriteTo.File(
                home.Log,
                outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                fileSizeLimitBytes: MaxFileBytes,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: MaxFiles)
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }

    /// <summary>The newest lines, the oldest first.</summary>
    public static IReadOnlyList<string> Tail(AgentHome home, int lines)
    {
        if (!Directory.Exists(home.Folder))
        {
            return [];
        }

        // The second file is agent_001.log; what was written last is the newest.
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(home.Folder, "agent*.log").OrderByDescending(File.GetLastWriteTimeUtc))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var text = new StreamReader(file);
            found.InsertRange(0, text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')));
            if (found.Count >= lines)
            {
                break;
            }
        }

        return found[Math.Max(0, found.Count - lines)..];
    }
}
