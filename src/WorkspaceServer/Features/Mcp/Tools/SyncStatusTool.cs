using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool sync_status: how fresh each table is and where its rows came from.</summary>
internal sealed class SyncStatusTool(IWorkspaceGateway gateway, TimeProvider clock, ToolCalls calls)
    : WorkspaceTool([Permissions.TablesRead], Parameters, calls)
{
    private static readonly ToolParameter[] Parameters = [];

    private static readonly Tool Definition = Describe(
        "sync_status",
        "Show data freshness",
        "Shows when and from where each table was last loaded, and the time now.",
        Parameters,
        """
        {"type":"object","properties":{"now":{"type":"string"},"as_of":{"type":"string"},"tables":{"type":"array","items":{"type":"object"}},"truncated":{"type":"boolean"}},"required":["now","tables","truncated"]}
        """);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var catalog = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
        var text = new FencedText();
        text.TryAdd("""["name","rows","as_of","reconciled","source"]""");
        var tables = new List<string>();
        foreach (var table in catalog.Tables.OrderBy(table => table.LoadedAt).ThenBy(table => table.Schema.Name, StringComparer.Ordinal))
        {
            var name = JsonText.Of(table.Schema.Name);
            var rows = JsonText.Of(table.RowCount);
            var asOf = JsonText.Of(table.LoadedAt);
            var source = JsonText.Of(table.Schema.Source);
            var reconciled = JsonText.Of(table.IsReconciled);
            if (!text.TryAdd(JsonText.Array([name, rows, asOf, reconciled, source])))
            {
                break;
            }

            tables.Add(JsonText.Object(("name", name), ("rows", rows), ("as_of", asOf), ("reconciled", reconciled), ("source", source)));
        }

        call.Notes.Rows = tables.Count;
        var now = clock.GetUtcNow();
        var oldest = ListTablesTool.Oldest(catalog);
        var isCut = tables.Count < catalog.Tables.Count;
        return new ToolAnswer(
            JsonText.Object(("now", JsonText.Of(now)), ("as_of", JsonText.Of(oldest)), ("reconciled", JsonText.Of(CatalogTable.AreReconciled(catalog.Tables))), ("tables", JsonText.Array(tables)), ("truncated", JsonText.Of(isCut))),
            text.Close($"Now {JsonText.Time(now)}; oldest rows first, {JsonText.AsOf(oldest, CatalogTable.AreReconciled(catalog.Tables))}.", isCut ? "Cut off: the other tables are newer." : null));
    }
}
