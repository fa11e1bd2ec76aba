using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Workspaces.Sync;

/// <summary>All SQL that changes single rows of a table, and keeps its full-text index equal. Identifiers come from a checked schema and are quoted.</summary>
/// <remarks>
/// The index holds no text of its own (sqlite.org/fts5.html, section 4.4.3), so to take a row out of it, its old text has to be named. Old
/// decimals are read back exactly: they have at most 15 digits, which a double keeps.
/// </remarks>
internal sealed class RowStore : IDisposable
{
    private readonly TableSchema table;
    private readonly int[] key;
    private readonly int[] searchable;
    private readonly SqliteCommand find;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand update;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand? index;
    private readonly SqliteCommand? unindex;
    private readonly SqliteCommand lastRow;

    /// <param name="table">As it is in the file.</param>
    public RowStore(SqliteConnection connection, TableSchema table)
    {
        this.table = table;
        var names = table.Columns.Select(column => column.Name).ToList();
        key = [.. SyncSchemas.KeyOf(table).Select(name => names.IndexOf(name))];
        searchable = [.. Enumerable.Range(0, names.Count).Where(each => table.Columns[each].IsSearchable)];
        var quoted = Identifiers.Quote(table.Name);
        var columns = string.Join(", ", table.Columns.Select(column => Identifiers.Quote(column.Name)));
        var values = string.Join(", ", Enumerable.Range(1, names.Count).Select(number => $"?{number}"));
        var wheres = key.Length == 0 ? "0" : string.Join(" AND ", Enumerable.Range(1, key.Length).Select(number => $"{Identifiers.Quote(names[key[number - 1]])} = ?{number}"));
        var sets = string.Join(", ", Enumerable.Range(2, names.Count).Select(number => $"{Identifiers.Quote(names[number - 2])} = ?{number}"));
        find = Command(connection, $"SELECT rowid, {columns} FROM {quoted} WHERE {wheres}", key.Length);
        insert = Command(connection, $"INSERT INTO {quoted} VALUES ({values})", names.Count);
        update = Command(connection, $"UPDATE {quoted} SET {sets} WHERE rowid = ?1", names.Count + 1);
        delete = Command(connection, $"DELETE FROM {quoted} WHERE rowid = ?1", 1);
        lastRow = Command(connection, "SELECT last_insert_rowid()", 0);
        if (searchable.Length > 0)
        {
            var texts = string.Join(", ", searchable.Select(each => Identifiers.Quote(names[each])));
            var bound = string.Join(", ", Enumerable.Range(2, searchable.Length).Select(number => $"?{number}"));
            var fullText = Identifiers.Quote(table.Name + TableStore.FullTextSuffix);
            index = Command(connection, $"INSERT INTO {fullText} (rowid, {texts}) VALUES (?1, {bound})", searchable.Length + 1);
            unindex = Command(connection, $"INSERT INTO {fullText} ({fullText}, rowid, {texts}) VALUES ('delete', ?1, {bound})", searchable.Length + 1);
        }
    }

    /// <summary>The row with the key of these cells, in the order of the table's columns.</summary>
    public (long Row, Cell[] Cells)? Find(ReadOnlySpan<Cell> cells)
    {
        for (var i = 0; i < key.Length; i++)
        {
            find.Parameters[i].Value = ToParameter(cells[key[i]]);
        }

        using var rows = find.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), Read(rows)) : null;
    }

    public void Insert(ReadOnlySpan<Cell> cells)
    {
        Bind(insert, cells, first: 0);
        insert.ExecuteNonQuery();
        Change(index, (long)lastRow.ExecuteScalar()!, cells);
    }

    public void Update(long row, ReadOnlySpan<Cell> old, ReadOnlySpan<Cell> cells)
    {
        Change(unindex, row, old);
        update.Parameters[0].Value = row;
        Bind(update, cells, first: 1);
        update.ExecuteNonQuery();
        Change(index, row, cells);
    }

    public void Delete(long row, ReadOnlySpan<Cell> old)
    {
        Change(unindex, row, old);
        delete.Parameters[0].Value = row;
        delete.ExecuteNonQuery();
    }

    public void Dispose()
    {
        find.Dispose();
        insert.Dispose();
        update.Dispose();
        delete.Dispose();
        lastRow.Dispose();
        index?.Dispose();
        unindex?.Dispose();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var number = 1; number <= parameters; number++)
        {
            command.Parameters.Add(new SqliteParameter("?" + number.ToString(CultureInfo.InvariantCulture), DBNull.Value));
        }

        return command;
    }

    private void Change(SqliteCommand? command, long row, ReadOnlySpan<Cell> cells)
    {
        if (command is null)
        {
            return;
        }

        command.Parameters[0].Value = row;
        for (var i = 0; i < searchable.Length; i++)
        {
            command.Parameters[i + 1].Value = ToParameter(cells[searchable[i]]);
        }

        command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, ReadOnlySpan<Cell> cells, int first)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            command.Parameters[first + i].Value = ToParameter(cells[i]);
        }
    }

    private Cell[] Read(SqliteDataReader rows)
    {
        var cells = new Cell[table.Columns.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = rows.IsDBNull(i + 1) ? Cell.Null : table.Columns[i].Type switch
            {
                ColumnType.Integer => Cell.Of(rows.GetInt64(i + 1)),
                ColumnType.Boolean => Cell.Of(rows.GetInt64(i + 1) != 0),
                ColumnType.Decimal => Cell.TryDecimal((decimal)rows.GetDouble(i + 1), out var exact) ? exact : throw new InvalidOperationException($"{table.Columns[i].Name} holds a number with more than 15 digits."),
                // As bytes, for as text it would end at the first NUL.
                _ => Cell.Of(Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(i + 1))),
            };
        }

        return cells;
    }

    private static object ToParameter(in Cell cell)
    {
        var value = SyncSchemas.ToSql(cell);
        return value.Type switch
        {
            Vault.SqlType.Integer => value.AsInteger(),
            Vault.SqlType.Real => value.AsReal(),
            Vault.SqlType.Text => value.AsText(),
            _ => DBNull.Value,
        };
    }
}
