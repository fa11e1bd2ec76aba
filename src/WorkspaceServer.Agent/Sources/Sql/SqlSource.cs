using System.Data;
using System.Data.Common;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>The tables and views of a database.</summary>
/// <param name="patience">How long the database may take for the next rows of a table; <see cref="Patience"/> if not given.</param>
internal sealed class SqlSource(SqlDialect dialect, string connectionString, TimeSpan? patience = null) : ISource
{
    /// <summary>Long enough for a view that first has to sort all of its rows; who is kept waiting for longer is kept by a lock or a server that hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>Most tables that are listed.</summary>
    public const int MaxTables = 5_000;

    public async Task<IReadOnlyList<SourceTable>> ListAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = await ConnectAsync(cancel);
            var names = new List<(string Schema, string Table)>();
            await using (var command = connection.CreateCommand())
            {
                command.CommandText = dialect.ListTables;
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (names.Count < MaxTables && await reader.ReadAsync(cancel))
                {
                    names.Add((reader.GetString(0), reader.GetString(1)));
                }
            }

            var tables = new List<SourceTable>();
            foreach (var (schema, table) in names)
            {
                tables.Add(new SourceTable(schema == dialect.DefaultSchema ? table : $"{schema}.{table}", await KeyAsync(connection, schema, table, cancel)));
            }

            return tables;
        }
        catch (Exception error) when (DatabaseWords.IsTrouble(error))
        {
            throw DatabaseWords.Explain(dialect, error, isOpen: true);
        }
    }

    public async Task<ISourceRows> OpenAsync(string table, CancellationToken cancel)
    {
        DbConnection? connection = null;
        try
        {
            connection = await ConnectAsync(cancel);
            var transaction = await dialect.BeginReadOnlyAsync(connection, cancel);
            var (schema, name) = table.Split('.', 2) is [var before, var after] ? (before, after) : (dialect.DefaultSchema, table);
            var columns = await ColumnsAsync(connection, transaction, schema, name, cancel);
            if (columns.Count == 0)
            {
                throw new SourceException(AgentProblem.SourceTable, $"The database has no table '{table}' any more, or the agent's user may not read it.");
            }

            var command = connection.CreateCommand();
            command.Transaction = transaction;
            var list = string.Join(", ", columns.Select(dialect.AsText));
            command.CommandText = schema.Length == 0
                ? $"SELECT {list} FROM {dialect.Quote(name)}"
                : $"SELECT {list} FROM {dialect.Quote(schema)}.{dialect.Quote(name)}";
            command.CommandTimeout = (int)(patience ?? Patience).TotalSeconds;
            var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancel);
            return new SqlRows(dialect, columns, connection, transaction, command, reader);
        }
        catch (Exception error)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            throw DatabaseWords.IsTrouble(error) ? DatabaseWords.Explain(dialect, error, isOpen: true) : error;
        }
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancel)
    {
        var connection = dialect.Connect(connectionString);
        try
        {
            if (connection.State != ConnectionState.Open)
            {
                await connection.OpenAsync(cancel);
            }

            return connection;
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            throw DatabaseWords.IsTrouble(error) ? DatabaseWords.Explain(dialect, error, isOpen: false) : error;
        }
    }

    private Task<IReadOnlyList<string>> KeyAsync(DbConnection connection, string schema, string table, CancellationToken cancel) =>
        ReadAsync(connection, transaction: null, dialect.ListKey, schema, table, reader => reader.GetString(0), cancel);

    private Task<IReadOnlyList<SqlColumn>> ColumnsAsync(DbConnection connection, DbTransaction transaction, string schema, string table, CancellationToken cancel) =>
        ReadAsync(connection, transaction, dialect.ListColumns, schema, table, reader => new SqlColumn(reader.GetString(0), reader.GetString(1).ToLowerInvariant()), cancel);

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        DbConnection connection, DbTransaction? transaction, string statement, string schema, string table, Func<DbDataReader, T> read, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        // Some drivers refuse a command that does not name its connection's transaction.
        command.Transaction = transaction;
        command.CommandText = statement;
        foreach (var (name, value) in new[] { ("@schema", schema), ("@table", table) })
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
