using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Files;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Agent.Sources.Tally;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>A source as its settings describe it, with what it holds open.</summary>
internal sealed class OpenedSource : IDisposable
{
    private readonly HttpClient? http;

    private OpenedSource(ISource source, HttpClient? http = null)
    {
        Source = source;
        this.http = http;
    }

    public ISource Source { get; }

    public static OpenedSource Open(SourceConfig config, Secrets secrets, OutboxStore store)
    {
        switch (config.Kind)
        {
            case SourceKind.Files:
                return new OpenedSource(new FileSource(config.Place, config.Delimiter?[0], config.Encoding));
            case SourceKind.Sqlite:
                return new OpenedSource(new SqlSource(new SqliteDialect(), config.Place));
            case SourceKind.Postgres:
                return new OpenedSource(new SqlSource(new PostgresDialect(), Connection(config, secrets)));
            case SourceKind.MySql:
                return new OpenedSource(new SqlSource(new MySqlDialect(), Connection(config, secrets)));
            case SourceKind.SqlServer:
                return new OpenedSource(new SqlSource(new SqlServerDialect(), Connection(config, secrets)));
            case SourceKind.Tally:
                // A month of vouchers may take Tally minutes to write.
                var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(10) };
                return new OpenedSource(new TallySource(new TallyClient(http, new Uri(config.Place), config.Company), new ObjectCache(store, config.Name)), http);
            default:
                throw new InvalidOperationException($"Nothing reads a source of kind {config.Kind}.");
        }
    }

    public void Dispose() => http?.Dispose();

    private static string Connection(SourceConfig config, Secrets secrets) => secrets.Connections.TryGetValue(config.Name, out var connection)
        ? connection
        : throw new AgentException(AgentProblem.BadConfiguration, $"The connection of the source {config.Name} is not among the secrets. Remove the source and add it again.");
}
