using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool execute_sql: one SELECT, run in the sandbox.</summary>
internal sealed class ExecuteSqlTool(CallerSql sql, ToolCalls calls)
    : WorkspaceTool([Permissions.QueryRun], Parameters, calls)
{
    /// <summary>Most rows of one answer.</summary>
    public const int MaxRows = 200;

    /// <summary>What the sandbox may hand over, in bytes: more than the text can hold, since a letter has up to 4.</summary>
    private const int MaxBytes = 8 * FencedText.MaxCharacters;

    private static readonly ToolParameter[] Parameters =
    [
        ToolParameter.Text("sql", SandboxLimits.MaxSqlBytes, "One SELECT (WITH allowed)"),
        ToolParameter.Number("max_rows", 1, MaxRows, MaxRows),
    ];

    private static readonly Tool Definition = Describe(
        "execute_sql",
        "Run a SQL query",
        "Runs one read-only SELECT in SQLite's dialect. Dates are text YYYY-MM-DD, money is decimal. Aggregate in SQL rather than fetching rows: at most 200 rows and 30,000 characters come back; truncated tells. Use describe_table for the columns first.",
        Parameters,
        """
        {"type":"object","properties":{"columns":{"type":"array","items":{"type":"string"}},"rows":{"type":"array","items":{"type":"array"}},"row_count":{"type":"integer"},"truncated":{"type":"boolean"},"hint":{"type":"string"},"as_of":{"type":"string"},"reconciled":{"type":"boolean"}},"required":["columns","rows","row_count","truncated"]}
        """);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var answer = await sql.RunAsync(call, call.Arguments.Text("sql"), call.Arguments.Number("max_rows"), MaxBytes, cancel);
        var text = new FencedText();
        var columns = JsonText.Array(answer.Columns.Select(JsonText.Of));
        var fits = text.TryAdd(columns);
        var rows = answer.Rows.Select(row => JsonText.Array(row.Select(JsonText.Of))).TakeWhile(line => fits && text.TryAdd(line)).ToArray();
        call.Notes.Rows = rows.Length;
        var hint = Hint(answer, rows.Length);
        var structured = JsonText.Object(
            ("columns", columns),
            ("rows", JsonText.Array(rows)),
            ("row_count", JsonText.Of(rows.Length)),
            ("truncated", JsonText.Of(hint is not null)),
            ("hint", JsonText.Of(hint)),
            ("as_of", JsonText.Of(answer.AsOf)),
            ("reconciled", JsonText.Of(answer.IsReconciled)));
        return new ToolAnswer(structured, text.Close($"{rows.Length} rows{(hint is null ? "" : ", cut off")}; {JsonText.AsOf(answer.AsOf, answer.IsReconciled)}.", hint));
    }

    private static string? Hint(QueryAnswer answer, int shown)
    {
        if (shown == answer.Rows.Count && !answer.Truncated)
        {
            return null;
        }

        return shown < answer.Rows.Count || shown == 0
            ? "Cut off: the rows are long. Select fewer columns, shorten text with substr(), or aggregate."
            : "Cut off: there are more rows. Narrow with WHERE, aggregate with GROUP BY, or page with ORDER BY … LIMIT … OFFSET.";
    }
}
