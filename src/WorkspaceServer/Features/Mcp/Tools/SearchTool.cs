using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool search: full-text search over the text columns of all tables or of one.</summary>
internal sealed class SearchTool(IWorkspaceGateway gateway, QueryOptions options, ToolCalls calls)
    : WorkspaceTool([Permissions.RowsSearch], Parameters, calls)
{
    /// <summary>Most hits of one answer.</summary>
    public const int MaxHits = 50;

    /// <summary>Longest question, in characters.</summary>
    public const int MaxQueryLength = 500;

    private const int DefaultHits = 20;

    private static readonly ToolParameter[] Parameters =
    [
        ToolParameter.Text("query", MaxQueryLength, "Words that must all occur"),
        ToolParameter.Text("table", TableSchema.MaxNameLength, "Only this table", isRequired: false),
        ToolParameter.Number("limit", 1, MaxHits, DefaultHits),
    ];

    private static readonly Tool Definition = Describe(
        "search",
        "Search text",
        "Finds rows by words in their text columns (names, narrations, items), best match first. Open a hit with fetch.",
        Parameters,
        """
        {"type":"object","properties":{"results":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"title":{"type":"string"},"url":{"type":"string"},"snippet":{"type":"string"}}}},"truncated":{"type":"boolean"},"as_of":{"type":"string"}},"required":["results","truncated"]}
        """);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var arguments = call.Arguments;
        var table = arguments.OptionalText("table");
        if (table is not null)
        {
            var visible = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
            table = (visible.Find(table) ?? throw DescribeTableTool.Unknown(table, visible)).Schema.Name;
        }

        var message = new SearchMessage(arguments.Text("query"), table, arguments.Number("limit"), call.Caller.Access, options.Deadline);
        var answer = await gateway.SearchAsync(call.Caller.Workspace, message, cancel);
        var text = new FencedText();
        text.TryAdd("""["id","title","snippet"]""");
        var results = new List<string>();
        var fetchable = answer.Hits.Where(hit => RowId.Format(hit.Table, hit.Key).Length <= RowId.MaxLength).ToArray();
        foreach (var hit in fetchable)
        {
            var id = JsonText.Of(RowId.Format(hit.Table, hit.Key));
            var title = JsonText.Of(hit.Title);
            var snippet = JsonText.Of(hit.Snippet);
            if (!text.TryAdd(JsonText.Array([id, title, snippet])))
            {
                break;
            }

            results.Add(JsonText.Object(("id", id), ("title", title), ("url", JsonText.Of(RowId.Url(hit.Table, hit.Key))), ("snippet", snippet)));
        }

        call.Notes.Rows = results.Count;
        call.Notes.Touched = [.. answer.Hits.Select(hit => hit.Table).Distinct().Order(StringComparer.Ordinal)];
        var isCut = answer.Truncated || results.Count < fetchable.Length;
        return new ToolAnswer(
            JsonText.Object(("results", JsonText.Array(results)), ("truncated", JsonText.Of(isCut || fetchable.Length < answer.Hits.Count)), ("as_of", JsonText.Of(answer.AsOf)), ("reconciled", JsonText.Of(answer.IsReconciled))),
            text.Close($"{results.Count} hits; {JsonText.AsOf(answer.AsOf, answer.IsReconciled)}.", Advice(results.Count, isCut, answer.Hits.Count - fetchable.Length)));
    }

    private static string? Advice(int hits, bool isCut, int notFetchable) => (hits, isCut) switch
    {
        _ when notFetchable > 0 => $"Left out: {notFetchable} rows whose keys are too long for fetch. Read them with execute_sql.",
        (0, _) => "Nothing has all of these words. Try fewer or shorter ones, or execute_sql with LIKE.",
        (_, true) => "Cut off: there are more hits. Add words, or name the table.",
        _ => null,
    };
}
