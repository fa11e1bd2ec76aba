using Microsoft.Extensions.Logging;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Service;

/// <summary>Says when a file of a source changes. A folder that cannot be watched, such as one on some network drives, is still read by the schedule.</summary>
internal sealed class FileWatchers : IDisposable
{
    private readonly List<FileSystemWatcher> watchers = [];

    public FileWatchers(IEnumerable<SourceConfig> sources, Action changed, ILogger log)
    {
        foreach (var source in sources.Where(source => source.Kind is SourceKind.Files or SourceKind.Sqlite))
        {
            try
            {
                var isFolder = Directory.Exists(source.Place);
                var watcher = isFolder ? new FileSystemWatcher(source.Place) : new FileSystemWatcher(Path.GetDirectoryName(source.Place)!, WatchedName(source));
                watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size;
                watcher.Changed += (_, _) => changed();
                watcher.Created += (_, _) => changed();
                watcher.Deleted += (_, _) => changed();
                watcher.Renamed += (_, _) => changed();
                watcher.EnableRaisingEvents = true;
                watchers.Add(watcher);
            }
            catch (Exception error) when (error is IOException or ArgumentException)
            {
                log.LogWarning("{Place} cannot be watched and is read by the schedule only: {Message}", source.Place, error.Message);
            }
        }
    }

    /// <summary>What SQLite writes stands beside its file first, in one whose name is longer (sqlite.org/tempfiles.html).</summary>
    private static string WatchedName(SourceConfig source) => Path.GetFileName(source.Place) + (source.Kind == SourceKind.Sqlite ? "*" : "");

    public void Dispose() => watchers.ForEach(watcher => watcher.Dispose());
}
