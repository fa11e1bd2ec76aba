using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>Cuts a catalog down to what one caller may see.</summary>
internal static class Visibility
{
    public static Catalog VisibleTo(this Catalog catalog, ReadAccess access)
    {
        if (access.HiddenColumns.Count == 0)
        {
            return catalog;
        }

        var hidden = new HashSet<string>(access.HiddenColumns, StringComparer.OrdinalIgnoreCase);
        return catalog with { Tables = [.. catalog.Tables.Select(table => Cut(table, hidden)).Where(table => table.Schema.Columns.Count > 0)] };
    }

    /// <summary>The sandbox's allow-list for the same caller.</summary>
    public static ReadPolicy Policy(Catalog catalog, ReadAccess access) => new(
        catalog.Version,
        [
            .. catalog.VisibleTo(access).Tables.Select(table => new ReadableTable(
                table.Schema.Name,
                [.. table.Schema.Columns.Select(column => column.Name)],
                table.Schema.Columns.Count < catalog.Find(table.Schema.Name)!.Schema.Columns.Count,
                table.FullTextTable)),
        ]);

    private static CatalogTable Cut(CatalogTable table, HashSet<string> hidden)
    {
        bool IsHidden(string column) => hidden.Contains($"{table.Schema.Name}.{column}") || hidden.Contains($"{table.Schema.Name}.*");

        var schema = table.Schema;
        return table with
        {
            Schema = schema with
            {
                Columns = [.. schema.Columns.Where(column => !IsHidden(column.Name)).Select(column => WithoutHiddenReference(column, hidden))],
                KeyColumn = schema.KeyColumn is { } key && IsHidden(key) ? null : schema.KeyColumn,
                CompositeKey = schema.CompositeKey is { } several && several.Any(IsHidden) ? null : schema.CompositeKey,
            },
            Totals = table.Totals.Where(total => !IsHidden(total.Key)).ToDictionary(),
        };
    }

    private static ColumnSchema WithoutHiddenReference(ColumnSchema column, HashSet<string> hidden) =>
        column.References is { } target && (hidden.Contains(target) || hidden.Contains(target.Split('.')[0] + ".*"))
            ? column with { References = null }
            : column;
}
