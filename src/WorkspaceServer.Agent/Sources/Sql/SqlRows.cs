using System.Data.Common;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>The rows of a table, in one statement within one transaction.</summary>
internal sealed class SqlRows(SqlDialect dialect, IReadOnlyList<SqlColumn> columns, DbConnection connection, DbTransaction transaction, DbCommand command, DbDataReader reader) : ISourceRows
{
    /// <summary>Whether no more rows come, be it that there are none or that the database failed.</summary>
    private bool isOver;

    private readonly string?[] cells = new string?[columns.Count];

    public IReadOnlyList<SourceColumn> Columns { get; } = ColumnNames.Of([.. columns.Select(column => column.Name)], index => dialect.TypeOf(columns[index]));

    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        try
        {
            if (!await reader.ReadAsync(cancel))
            {
                isOver = true;
                return false;
            }

            for (var index = 0; index < cells.Length; index++)
            {
                cells[index] = reader.IsDBNull(index) ? null : dialect.Read(reader, index, columns[index]);
            }

            return true;
        }
        catch (Exception error) when (DatabaseWords.IsTrouble(error))
        {
            isOver = true;
            throw DatabaseWords.Explain(dialect, error, isOpen: true);
        }
    }

    public bool TryGetCell(int column, out ReadOnlySpan<char> text)
    {
        text = cells[column];
        return cells[column] is not null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in new IAsyncDisposable[] { reader, command, transaction, connection })
        {
            try
            {
                if (!isOver)
                {
                    // Otherwise the drivers read the rest of the table to its end.
                    isOver = true;
                    command.Cancel();
                }

                await each.DisposeAsync();
            }
            catch (Exception error) when (error is DbException or InvalidOperationException or IOException)
            {
                // The connection is broken or was told to stop. Nothing was written, so nothing is lost; what is to be said was said when a row was read.
            }
        }
    }
}
