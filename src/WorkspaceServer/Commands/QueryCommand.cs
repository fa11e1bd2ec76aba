using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>query: runs one SELECT through the same sandbox as AI clients.</summary>
internal static class QueryCommand
{
    private const int DefaultRows = 200;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var sql = new Argument<string>("SQL") { Description = "One SELECT; - reads it from standard input." };
        var rows = new Option<int>("--max-rows") { Description = $"Show at most this many rows; 1 to {SandboxLimits.MaxRows}.", DefaultValueFactory = _ => DefaultRows, HelpName = "ROWS" }
            .Between(1, SandboxLimits.MaxRows);
        var command = Verb.Create(
            "query", "Run one SELECT through the same sandbox as AI clients.", "query --workspace \"Sharma Traders\" \"SELECT count(*) FROM parties\"", Recording.As(AuditActions.QueryRun));
        command.Add(sql);
        command.Add(workspace);
        command.Add(rows);
        return command.Runs(async (context, cancel) =>
        {
            var text = context.Arguments.GetValue(sql)!;
            text = text == "-" ? await ReadAsync(Console.In, cancel) : text;
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.QueryRun).Id;
            var message = new QueryMessage(text, ReadAccess.Everything, context.Arguments.GetValue(rows), SandboxLimits.MaxResultBytes, context.Get<QueryOptions>().Deadline);
            var answer = await context.Get<IWorkspaceGateway>().QueryAsync(id, message, cancel);
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.QueryRun)
            {
                Workspace = id,
                Details = [("sql", context.Get<SqlText>().Of(text)), ("touched", answer.Touched), ("rows", answer.Rows.Count), ("statements", RequestScope.Current?.Statements)],
            });
            context.Output.Result(
                new { answer.Columns, Rows = answer.Rows.Select(row => row.Select(PlainValue.Of)), answer.Truncated, answer.AsOf, Milliseconds = answer.Elapsed.TotalMilliseconds },
                output => Print(output, answer));
            return ExitCodes.Ok;
        });
    }

    /// <summary>No more than a statement can have; the rest is not even read.</summary>
    private static async Task<string> ReadAsync(TextReader reader, CancellationToken cancel)
    {
        var text = new char[SandboxLimits.MaxSqlBytes + 1];
        return new string(text, 0, await reader.ReadBlockAsync(text, cancel));
    }

    private static void Print(Output output, QueryAnswer answer)
    {
        output.Table(answer.Columns, answer.Rows.Select(row => row.Select(value => value.ToString()).ToArray()), NumberColumns(answer));
        var cut = answer.Truncated ? ", cut off here" : "";
        var asOf = answer.AsOf is { } time ? $", as of {time:u}" : "";
        output.Line(FormattableString.Invariant($"{Output.Count(answer.Rows.Count, "row")}{cut}, {answer.Elapsed.TotalMilliseconds:0.0} ms{asOf}"));
    }

    private static HashSet<int> NumberColumns(QueryAnswer answer) =>
    [
        .. Enumerable.Range(0, answer.Columns.Count).Where(column => answer.Rows.Count > 0
            && answer.Rows.All(row => row[column].Type is SqlType.Integer or SqlType.Real or SqlType.Null)),
    ];
}
