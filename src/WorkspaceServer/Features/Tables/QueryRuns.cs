using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Runs a person's SELECT in the sandbox that AI clients use, and records it before its answer is shown.</summary>
internal sealed class QueryRuns(IWorkspaceGateway gateway, QueryOptions options, Policy policy, SupportGrants support, AuditLog audit, SqlText sqlText)
{
    /// <summary>Most bytes of cells in one answer.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>What of a run is recorded.</summary>
    public static Recording Recorded { get; } = Recording.As(AuditActions.QueryRun, AuditActions.SupportUsed);

    public TimeSpan Deadline => options.Deadline;

    /// <exception cref="ProblemException">The statement is none, reads what it may not, or costs too much.</exception>
    public async Task<QueryAnswer> RunAsync(ClaimsPrincipal user, WorkspaceId workspace, string sql, int maxRows, CancellationToken cancel)
    {
        var message = new QueryMessage(sql, ReadAccess.Everything, maxRows, MaxBytes, options.Deadline);
        AuditEntry Entry(string outcome, QueryAnswer? answer) => new(AuditActions.QueryRun)
        {
            Workspace = workspace,
            Outcome = outcome,
            Details = [("sql", sqlText.Of(sql)), ("touched", answer?.Touched), ("rows", answer?.Rows.Count), ("statements", RequestScope.Current?.Statements)],
        };
        QueryAnswer answer;
        try
        {
            answer = await gateway.QueryAsync(workspace, message, cancel);
        }
        catch (ProblemException problem)
        {
            await audit.RecordAsync(Entry(problem.Code.Code, answer: null));
            throw;
        }

        await audit.RecordAsync(Entry("ok", answer));
        if (policy.May(Principal.Of(user)!, Permissions.QueryRun, workspace).SupportGrant is { } grant)
        {
            support.RecordRead(grant, workspace, "read " + string.Join(", ", answer.Touched));
        }

        return answer;
    }
}
