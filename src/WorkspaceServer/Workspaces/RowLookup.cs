using System.Globalization;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>Finds one row by its key: the value of the table's key column, or the row's number where there is none.</summary>
internal static class RowLookup
{
    /// <summary>Null if there is no such table, or the key cannot be one of its keys.</summary>
    public static SandboxRequest? Request(CatalogTable? table, FetchMessage fetch)
    {
        if (table is null || Parse(table.Schema, fetch.Key) is not { } key)
        {
            return null;
        }

        var columns = string.Join(", ", table.Schema.Columns.Select(column => Identifiers.Quote(column.Name)));
        var where = table.Schema.KeyColumn is { } column ? Identifiers.Quote(column) : "rowid";
        return new SandboxRequest(
            $"SELECT {columns} FROM main.{Identifiers.Quote(table.Schema.Name)} WHERE {where} = ?1 LIMIT 1",
            [key],
            IsServerSql: true,
            MaxRows: 1,
            SandboxLimits.MaxResultBytes,
            fetch.Deadline);
    }

    /// <summary>The expression, over the table itself, that gives what <see cref="FetchMessage.Key"/> takes.</summary>
    public static string KeyExpression(TableSchema schema) => schema.KeyColumn is { } column ? Identifiers.Quote(column) : "rowid";

    private static SqlValue? Parse(TableSchema schema, string key)
    {
        var type = schema.KeyColumn is { } name ? schema.Columns.Single(column => column.Name == name).Type : ColumnType.Integer;
        return type switch
        {
            ColumnType.Integer or ColumnType.Boolean => long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? (SqlValue?)number : null,
            ColumnType.Decimal => double.TryParse(key, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? (SqlValue?)real : null,
            _ => (SqlValue?)key,
        };
    }
}
