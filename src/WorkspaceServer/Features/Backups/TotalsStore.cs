using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups;

/// <summary>All SQL that sums up a database: how many rows each table has, what its numbers add up to, how its schema was made.</summary>
internal static class TotalsStore
{
    private const string AuditHead = "audit_head";

    /// <param name="held">A connection that sees one moment.</param>
    public static FileTotals Read(SqliteConnection held)
    {
        var tables = Lines(held, "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name").ToArray();
        var schema = string.Join('\n', Lines(held, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"));
        return new FileTotals(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema))),
            [.. tables.Select(table => Sum(held, table))],
            tables.Contains(AuditHead, StringComparer.Ordinal) ? Lines(held, "SELECT seq || ' ' || lower(hex(row_mac)) FROM audit_head").FirstOrDefault() : null);
    }

    /// <summary>What differs, one sentence each; none if both say the same.</summary>
    public static IEnumerable<string> Compare(string file, FileTotals expected, FileTotals found)
    {
        if (expected.Schema != found.Schema)
        {
            yield return $"The schema of {file} is not the one that was backed up.";
        }

        if (expected.AuditHead != found.AuditHead)
        {
            yield return $"The audit log of {file} does not end where it did.";
        }

        var others = found.Tables.ToDictionary(table => table.Table, StringComparer.Ordinal);
        foreach (var table in expected.Tables)
        {
            if (!others.Remove(table.Table, out var other))
            {
                yield return $"Table {table.Table} of {file} is missing.";
            }
            else if (other.Rows != table.Rows)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"Table {table.Table} of {file} has {other.Rows} rows instead of {table.Rows}.");
            }
            else if (table.Sums.FirstOrDefault(sum => other.Sums.GetValueOrDefault(sum.Key) != sum.Value) is { Key: { } column } sum)
            {
                yield return $"Column {column} of table {table.Table} of {file} adds up to {other.Sums.GetValueOrDefault(column)} instead of {sum.Value}.";
            }
        }

        foreach (var extra in others.Keys)
        {
            yield return $"Table {extra} of {file} was not backed up.";
        }
    }

    private static TableTotals Sum(SqliteConnection held, string table)
    {
        string[] columns = [.. Lines(held, "SELECT name FROM pragma_table_info(@table) WHERE type IN ('INTEGER', 'REAL')", table)];
        var sums = string.Concat(columns.Select(column => $", total({Identifiers.Quote(column)})"));
        using var command = held.CreateCommand();
        command.CommandText = $"SELECT count(*){sums} FROM main.{Identifiers.Quote(table)}";
        using var rows = command.ExecuteReader();
        rows.Read();
        return new TableTotals(
            table, rows.GetInt64(0), columns.Select((column, index) => (column, Sum: rows.GetDouble(index + 1).ToString("R", CultureInfo.InvariantCulture))).ToDictionary(each => each.column, each => each.Sum));
    }

    private static IEnumerable<string> Lines(SqliteConnection held, string sql, string? table = null)
    {
        using var command = held.CreateCommand();
        command.CommandText = sql;
        if (table is not null)
        {
            command.Parameters.AddWithValue("@table", table);
        }

        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return rows.GetString(0);
        }
    }
}
