using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Resources;

/// <summary>Describes one table, for the tool and for the resource alike.</summary>
internal static class TableText
{
    public const string Header = """["column","type","description","references","total"]""";

    /// <summary>How a column's type is called, with what a writer of SQL must know of it.</summary>
    public static string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => "boolean (0 or 1)",
        ColumnType.Date => "date (text YYYY-MM-DD)",
        ColumnType.DateTime => "datetime (ISO 8601 text)",
        _ => type.ToString().ToLowerInvariant(),
    };

    /// <summary>The columns as JSON lines for the text, and as objects.</summary>
    public static IEnumerable<(string Line, string Json)> Columns(CatalogTable table) => table.Schema.Columns.Select(column =>
    {
        var name = JsonText.Of(column.Name);
        var type = JsonText.Of(TypeOf(column.Type));
        var description = JsonText.Of(column.Description);
        var references = JsonText.Of(column.References);
        // Already an exact decimal number as text.
        var total = JsonText.Of(table.Totals.GetValueOrDefault(column.Name));
        return (
            JsonText.Array([name, type, description, references, total]),
            JsonText.Object(("name", name), ("type", type), ("description", description), ("references", references), ("total", total)));
    });

    /// <summary>A line with everything about the table but its columns.</summary>
    public static string About(CatalogTable table) => JsonText.Object(
        ("table", JsonText.Of(table.Schema.Name)),
        ("description", JsonText.Of(table.Schema.Description)),
        ("key", JsonText.Of(table.Schema.KeyColumn ?? (table.Schema.CompositeKey is { } several ? string.Join(", ", several) : null))),
        ("rows", JsonText.Of(table.RowCount)),
        ("as_of", JsonText.Of(table.LoadedAt)),
        ("reconciled", JsonText.Of(table.IsReconciled)));
}
