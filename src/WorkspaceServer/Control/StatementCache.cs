using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Control;

/// <summary>A connection with the statements that were prepared on it, so that each is compiled once and not at every use.</summary>
/// <remarks>Used by one thread at a time, as the connection is. Owns both.</remarks>
internal sealed class StatementCache(SqliteConnection connection) : IDisposable
{
    /// <summary>Statements kept; each holds a few kilobytes. More are compiled anew.</summary>
    private const int MaxStatements = 128;

    private readonly Dictionary<string, KeptCommand> kept = new(StringComparer.Ordinal);
    private bool disposed;

    public SqliteConnection Connection => connection;

    /// <summary>A command for this text, the caller's own until it disposes it; without parameters.</summary>
    public SqliteCommand Take(string sql) => kept.Remove(sql, out var command) ? command : new KeptCommand(this, sql);

    public void Dispose()
    {
        disposed = true;
        foreach (var command in kept.Values)
        {
            command.Dispose();
        }

        kept.Clear();
        connection.Dispose();
    }

    private bool TryKeep(KeptCommand command) => !disposed && kept.Count < MaxStatements && kept.TryAdd(command.CommandText, command);

    private sealed class KeptCommand : SqliteCommand
    {
        private readonly StatementCache owner;

        public KeptCommand(StatementCache owner, string sql)
            : base(sql, owner.Connection) => this.owner = owner;

        /// <summary>Goes back to where it came from, without what it was last given.</summary>
        protected override void Dispose(bool disposing)
        {
            if (disposing && owner.TryKeep(this))
            {
                Parameters.Clear();
                Transaction = null;
                return;
            }

            base.Dispose(disposing);
        }
    }
}
