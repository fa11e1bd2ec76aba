using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool list_tables: every table that the caller may see, one line each.</summary>
internal sealed class ListTablesTool(IWorkspaceGateway gateway, ToolCalls calls)
    : WorkspaceTool([Permissions.TablesRead], Parameters, calls)
{
    private static readonly ToolParameter[] Parameters = [];

    private static readonly Tool Definition = Describe(
        "list_tables",
        "List tables",
        "Lists the tables of this workspace with row counts and what they hold. Call this first.",
        Parameters,
        """
        {"type":"object","properties":{"tables":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"rows":{"type":"integer"},"columns":{"type":"integer"},"as_of":{"type":"string"},"description":{"type":"string"}}}},"truncated":{"type":"boolean"},"as_of":{"type":"string"}},"required":["tables","truncated"]}
        """);

    /// <summary>Longest description in the list, in characters; describe_table has all of it.</summary>
    private const int MaxDescriptionLength = 120;

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var catalog = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
        var text = new FencedText();
        text.TryAdd("""["name","rows","columns","as_of","description"]""");
        var tables = new List<string>();
        foreach (var table in catalog.Tables)
        {
            var name = JsonText.Of(table.Schema.Name);
            var rows = JsonText.Of(table.RowCount);
            var columns = JsonText.Of(table.Schema.Columns.Count);
            var asOf = JsonText.Of(table.LoadedAt);
            var description = JsonText.Of(OneLine(table.Schema.Description));
            if (!text.TryAdd(JsonText.Array([name, rows, columns, asOf, description])))
            {
                break;
            }

            tables.Add(JsonText.Object(("name", name), ("rows", rows), ("columns", columns), ("as_of", asOf), ("reconciled", JsonText.Of(table.IsReconciled)), ("description", description)));
        }

        call.Notes.Rows = tables.Count;
        var isCut = tables.Count < catalog.Tables.Count;
        var oldest = Oldest(catalog);
        return new ToolAnswer(
            JsonText.Object(("tables", JsonText.Array(tables)), ("truncated", JsonText.Of(isCut)), ("as_of", JsonText.Of(oldest)), ("reconciled", JsonText.Of(CatalogTable.AreReconciled(catalog.Tables)))),
            text.Close(
                catalog.Tables.Count == 0 ? "There are no tables yet." : $"{catalog.Tables.Count} tables; oldest rows {JsonText.AsOf(oldest, CatalogTable.AreReconciled(catalog.Tables))}.",
                isCut ? "Cut off: there are more tables. Use search to find the one you need." : "Next: describe_table before you write SQL."));
    }

    /// <summary>As of when the workspace is, at worst.</summary>
    internal static DateTimeOffset? Oldest(Catalog catalog) => catalog.Tables.Count == 0 ? null : catalog.Tables.Min(table => table.LoadedAt);

    private static string? OneLine(string? text)
    {
        var line = text?.ReplaceLineEndings(" ").Trim();
        return line is { Length: > MaxDescriptionLength } ? line[..MaxDescriptionLength] + "…" : line;
    }
}
