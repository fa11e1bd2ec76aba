using System.Data.Common;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>The rows of a table, in one statement within one transaction.</summary>
/// <param name="owned">What to dispose of, the last first.</param>
internal sealed class SqlRows(SqlDialect dialect, IReadOnlyList<SqlColumn> columns, IReadOnlyList<IAsyncDisposable> owned, DbDataReader reader) : ISourceRows
{
    private readonly string?[] cells = new string?[columns.Count];

    public IReadOnlyList<SourceColumn> Columns { get; } = ColumnNames.Of([.. columns.Select(column => column.Name)], index => dialect.TypeOf(columns[index]));

    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        try
        {
            if (!await reader.ReadAsync(cancel))
            {
                return false;
            }

            for (var index = 0; index < cells.Length; index++)
            {
                cells[index] = reader.IsDBNull(index) ? null : dialect.Read(reader, index, columns[index]);
            }

            return true;
        }
        catch (DbException error)
        {
            throw SqlSource.Explain(error);
        }
    }

    public bool TryGetCell(int column, out ReadOnlySpan<char> text)
    {
        text = cells[column];
        return cells[column] is not null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in owned.Reverse())
        {
            await each.DisposeAsync();
        }
    }
}
