using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Control;

/// <summary>One lease of a connection to the control database; disposing it gives the connection back.</summary>
/// <param name="giveBack">What becomes of the connection.</param>
internal sealed class ControlConnection(StatementCache statements, Action<StatementCache> giveBack) : IDisposable
{
    private SqliteTransaction? transaction;

    /// <summary>A statement with its parameters. The text is a constant; values only ever come in as parameters. To be disposed before the connection is.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = statements.Take(sql);
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>Runs a statement and says how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Takes the write lock at once. <see cref="Commit"/> ends it; disposing without that rolls back.</summary>
    public void Begin() => transaction = statements.Connection.BeginTransaction(deferred: false);

    /// <summary>From the first read on, all reads see the same moment; nobody waits for it.</summary>
    public void BeginSnapshot() => transaction = statements.Connection.BeginTransaction(deferred: true);

    public void Commit()
    {
        transaction!.Commit();
        transaction.Dispose();
        transaction = null;
    }

    public void Dispose()
    {
        transaction?.Dispose();
        giveBack(statements);
    }
}
