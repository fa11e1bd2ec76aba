using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Mcp.Resources;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool describe_table: the columns of one table, and what they mean.</summary>
internal sealed class DescribeTableTool(IWorkspaceGateway gateway, ToolCalls calls)
    : WorkspaceTool([Permissions.TablesRead], Parameters, calls)
{
    private static readonly ToolParameter[] Parameters = [ToolParameter.Text("table", TableSchema.MaxNameLength)];

    private static readonly Tool Definition = Describe(
        "describe_table",
        "Describe a table",
        "Shows a table's columns: type, meaning, references, key, exact column totals. Call before writing SQL on it.",
        Parameters,
        """
        {"type":"object","properties":{"table":{"type":"string"},"description":{"type":"string"},"key":{"type":"string"},"rows":{"type":"integer"},"as_of":{"type":"string"},"columns":{"type":"array","items":{"type":"object"}},"truncated":{"type":"boolean"}},"required":["table","columns","truncated","as_of"]}
        """);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var name = call.Arguments.Text("table");
        var catalog = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
        var table = catalog.Find(name) ?? throw Unknown(name, catalog);
        call.Notes.Touched = [table.Schema.Name];
        var text = new FencedText();
        var about = TableText.About(table);
        text.TryAdd(about);
        text.TryAdd(TableText.Header);
        var columns = TableText.Columns(table).TakeWhile(column => text.TryAdd(column.Line)).Select(column => column.Json).ToArray();
        call.Notes.Rows = columns.Length;
        var isCut = columns.Length < table.Schema.Columns.Count;
        return new ToolAnswer(
            string.Concat(about.AsSpan(0, about.Length - 1), ",", JsonText.Object(("columns", JsonText.Array(columns)), ("truncated", JsonText.Of(isCut))).AsSpan(1)),
            text.Close(
                $"{table.Schema.Columns.Count} columns; rows {JsonText.AsOf(table.LoadedAt, table.IsReconciled)}.",
                isCut ? $"Cut off after {columns.Length} columns. SELECT * FROM the table LIMIT 1 names all of them." : null));
    }

    /// <summary>Says which table may have been meant, of those that the caller may see.</summary>
    internal static ProblemException Unknown(string name, Catalog visible)
    {
        var nearest = NearestName.Find(name, visible.Tables.Select(table => table.Schema.Name));
        return new ProblemException(
            ProblemCodes.NotFound,
            $"There is no table {JsonText.Of(name)}. " + (nearest is null ? "Call list_tables for the tables there are." : $"Did you mean {nearest}?"));
    }
}
