using System.Text;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool fetch: one row as a document.</summary>
internal sealed class FetchTool(IWorkspaceGateway gateway, QueryOptions options, ToolCalls calls)
    : WorkspaceTool([Permissions.RowsRead], Parameters, calls)
{
    private static readonly ToolParameter[] Parameters = [ToolParameter.Text("id", RowId.MaxLength, "table/key, as search gives it")];

    private static readonly Tool Definition = Describe(
        "fetch",
        "Fetch a row",
        "Returns one row in full, every column as a line of text.",
        Parameters,
        """
        {"type":"object","properties":{"id":{"type":"string"},"title":{"type":"string"},"text":{"type":"string"},"url":{"type":"string"},"metadata":{"type":"object"}},"required":["id","title","text","url","metadata"]}
        """);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var id = call.Arguments.Text("id");
        if (!RowId.TryParse(id, out var name, out var key))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "id must be table/key, as search gives it.");
        }

        var row = await gateway.FetchAsync(call.Caller.Workspace, new FetchMessage(name, key, call.Caller.Access, options.Deadline), cancel)
            ?? throw await NotFoundAsync(call, name, cancel);
        call.Notes.Rows = 1;
        call.Notes.Touched = [row.Table.Schema.Name];
        var text = new FencedText();
        var document = new StringBuilder();
        var isCut = false;
        for (var i = 0; i < row.Columns.Count && !isCut; i++)
        {
            var value = JsonText.Of(row.Cells[i]);
            isCut = !text.TryAdd($"{JsonText.Of(row.Columns[i])}: {value}");
            document.Append(isCut ? "" : $"{row.Columns[i]}: {value}\n");
        }

        var table = row.Table.Schema.Name;
        var hint = isCut ? "Cut off: the row is long. Select single columns with execute_sql." : null;
        var metadata = JsonText.Object(("table", JsonText.Of(table)), ("as_of", JsonText.Of(row.Table.LoadedAt)), ("reconciled", JsonText.Of(row.Table.IsReconciled)), ("truncated", JsonText.Of(isCut)));
        return new ToolAnswer(
            JsonText.Object(
                ("id", JsonText.Of(RowId.Format(table, key))),
                ("title", JsonText.Of(TitleOf(row) ?? RowId.Format(table, key))),
                ("text", JsonText.OfWhole(document.ToString())),
                ("url", JsonText.Of(RowId.Url(table, key))),
                ("metadata", metadata)),
            text.Close($"One row; {JsonText.AsOf(row.Table.LoadedAt, row.Table.IsReconciled)}.", hint));
    }

    private async Task<ProblemException> NotFoundAsync(ToolCall call, string table, CancellationToken cancel)
    {
        var visible = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
        return visible.Find(table) is { } found
            ? new ProblemException(ProblemCodes.NotFound, $"{found.Schema.Name} has no row with this key. Find it with search or execute_sql.")
            : DescribeTableTool.Unknown(table, visible);
    }

    /// <summary>The first text in the row, which is what search calls it too.</summary>
    private static string? TitleOf(RowAnswer row) =>
        row.Table.Schema.Columns
            .Zip(row.Cells)
            .Where(pair => pair.First.IsSearchable && pair.Second.Type == SqlType.Text)
            .Select(pair => pair.Second.AsText())
            .FirstOrDefault(text => text.Length > 0);
}
