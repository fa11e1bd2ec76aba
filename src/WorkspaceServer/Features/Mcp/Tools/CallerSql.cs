using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Runs a statement of a caller's, reading what the caller may read; a complaint of SQLite comes back with a hint.</summary>
internal sealed class CallerSql(IWorkspaceGateway gateway, QueryOptions options)
{
    /// <param name="maxBytes">What the sandbox may hand over.</param>
    /// <exception cref="ProblemException">The statement is wrong, or reads what the caller may not, or takes too long.</exception>
    public async Task<QueryAnswer> RunAsync(ToolCall call, string sql, int maxRows, int maxBytes, CancellationToken cancel)
    {
        call.Notes.NoteSql(sql);
        try
        {
            var answer = await gateway.QueryAsync(call.Caller.Workspace, new QueryMessage(sql, call.Caller.Access, maxRows, maxBytes, options.Deadline), cancel);
            call.Notes.Touched = answer.Touched;
            return answer;
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.InvalidSql || problem.Code == ProblemCodes.NotReadable)
        {
            var visible = await gateway.GetCatalogAsync(call.Caller.Workspace, call.Caller.Access, cancel);
            throw new ProblemException(problem.Code, SqlHints.Explain(problem, sql, visible), problem);
        }
    }
}
