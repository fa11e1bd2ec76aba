using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>Puts the page of the console together: the schema, what was asked before, and the answer if there is one.</summary>
internal sealed class SqlPages(TableReads tables, QueryRuns runs, QuestionStore store, SavedQuestions questions, Policy policy)
{
    /// <summary>Runs that are listed.</summary>
    private const int MaxHistory = 12;

    public async Task<IResult> ShowAsync(ClaimsPrincipal user, WorkspaceId workspace, string sql, QueryAnswer? answer, string? error, int status, CancellationToken cancel)
    {
        var catalog = await tables.CatalogAsync(workspace, cancel);
        var home = AccessPaths.PageOf(workspace);
        return Page.Of<SqlPage>(
            new SqlModel(
                home,
                sql,
                SqlWords.Of(sql),
                [.. catalog.Tables.Select(table => new SchemaTable(table.Schema.Name, table.RowCount, [.. table.Schema.Columns.Select(column => new SchemaColumn(column.Name, TypeWord(column.Type)))]))],
                [.. store.RunsOf(workspace, Principal.Of(user)!.PersonId!, MaxHistory).Select(run => new PastRun(OneLine(run.Sql), $"{home}{SqlPageEndpoints.Behind}?run={run.Number}", run.RanAt, run.Outcome == "ok", run.Rows))],
                [.. store.ListSaved(workspace).Select(saved => new SavedRow(saved.Id, saved.Name, $"{home}{SqlPageEndpoints.Behind}?saved={saved.Id}", saved.SavedByName, questions.MayForget(user, workspace, saved)))],
                answer is null ? null : Result(answer),
                error,
                (int)runs.Deadline.TotalSeconds,
                RunQuery.MaxRows,
                policy.May(Principal.Of(user)!, Permissions.TablesExport, workspace).IsAllowed),
            status);
    }

    private static SqlResult Result(QueryAnswer answer)
    {
        var cells = new ResultCells(answer);
        return new SqlResult(
            [.. answer.Columns.Select((column, i) => new ResultColumn(column, cells.Numbers.Contains(i)))],
            [.. answer.Rows.Select(row => (IReadOnlyList<GridCell>)[.. row.Select((cell, i) => new GridCell(cells.Text(row, i), cell.IsNull, cells.Numbers.Contains(i), CellText.IsNegative(cell)))])],
            answer.Truncated,
            answer.AsOf,
            (int)Math.Ceiling(answer.Elapsed.TotalMilliseconds),
            answer.Touched,
            cells.Chart);
    }

    private static string OneLine(string sql)
    {
        const int most = 90;
        var line = string.Join(' ', sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > most ? line[..most] + "…" : line;
    }

    private static string TypeWord(ColumnType type) => type switch
    {
        ColumnType.Integer => "int",
        ColumnType.Decimal => "decimal",
        ColumnType.Boolean => "yes/no",
        ColumnType.Date => "date",
        ColumnType.DateTime => "time",
        _ => "text",
    };
}
