using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Reads tables for people, by the same door as every other caller; each reading is recorded before it is shown.</summary>
internal sealed class TableReads(IWorkspaceGateway gateway, QueryOptions options, Policy policy, SupportGrants support, AuditLog audit)
{
    /// <summary>What of a reading is recorded.</summary>
    public static Recording Recorded { get; } = Recording.As(AuditActions.TableViewed, AuditActions.SupportUsed);

    public Task<Catalog> CatalogAsync(WorkspaceId workspace, CancellationToken cancel) => gateway.GetCatalogAsync(workspace, ReadAccess.Everything, cancel);

    /// <exception cref="ProblemException">There is no such table.</exception>
    public async Task<CatalogTable> TableAsync(WorkspaceId workspace, string table, CancellationToken cancel) =>
        (await CatalogAsync(workspace, cancel)).Find(table) ?? throw NoTable();

    /// <summary>One page of rows.</summary>
    public Task<RowsAnswer> RowsAsync(ClaimsPrincipal user, WorkspaceId workspace, string table, RowsQuery query, int maxRows, int maxColumns, int maxTextLength, CancellationToken cancel) => RecordedAsync(
        user,
        workspace,
        table,
        [("filtered", query.Filters.Select(filter => filter.Column).ToArray())],
        async () => await gateway.ReadRowsAsync(
            workspace,
            new RowsMessage(table, query.Filters, query.Order, query.After, maxRows, maxColumns, maxTextLength, ReadAccess.Everything, options.Deadline),
            cancel) ?? throw NoTable(),
        answer => answer.Rows.Count);

    /// <exception cref="ProblemException">There is no such table or row.</exception>
    public Task<RowAnswer> RowAsync(ClaimsPrincipal user, WorkspaceId workspace, string table, string key, CancellationToken cancel) => RecordedAsync(
        user,
        workspace,
        table,
        [("key", true)],
        async () => await gateway.FetchAsync(workspace, new FetchMessage(table, key, ReadAccess.Everything, options.Deadline), cancel)
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such row. The table may have been loaded anew."),
        _ => 1);

    public Task<ProfileAnswer> ProfileAsync(ClaimsPrincipal user, WorkspaceId workspace, string table, string column, CancellationToken cancel) => RecordedAsync(
        user,
        workspace,
        table,
        [("profile", column)],
        async () => await gateway.ProfileAsync(workspace, new ProfileMessage(table, column, ReadAccess.Everything, options.Deadline), cancel) ?? throw NoTable(),
        answer => answer.Common.Count);

    private async Task<T> RecordedAsync<T>(
        ClaimsPrincipal user, WorkspaceId workspace, string table, IReadOnlyList<(string Name, object? Value)> details, Func<Task<T>> read, Func<T, int> rows)
    {
        AuditEntry Entry(string outcome, int count) => new(AuditActions.TableViewed)
        {
            Target = ("table", table),
            Workspace = workspace,
            Outcome = outcome,
            Details = [.. details, ("rows", count), ("statements", RequestScope.Current?.Statements)],
        };
        T answer;
        try
        {
            answer = await read();
        }
        catch (ProblemException problem)
        {
            await audit.RecordAsync(Entry(problem.Code.Code, 0));
            throw;
        }

        await audit.RecordAsync(Entry("ok", rows(answer)));
        if (policy.May(Principal.Of(user)!, Permissions.QueryRun, workspace).SupportGrant is { } grant)
        {
            support.RecordRead(grant, workspace, "read " + table);
        }

        return answer;
    }

    private static ProblemException NoTable() => new(ProblemCodes.NotFound, "There is no such table. Look at the list of tables.");
}
