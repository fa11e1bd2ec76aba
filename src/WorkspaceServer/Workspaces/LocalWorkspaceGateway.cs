using System.Diagnostics;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Workspaces;

/// <summary>The gateway to workspaces on this machine.</summary>
internal sealed class LocalWorkspaceGateway(OpenWorkspaces workspaces, SandboxPool pool, TableLoads loads) : IWorkspaceGateway
{
    /// <summary>How often a question is asked again because the catalog changed while it was asked.</summary>
    private const int MaxStaleRetries = 3;

    public Task<Catalog> GetCatalogAsync(WorkspaceId workspace, ReadAccess access, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return Task.FromResult(lease.File.Catalog().VisibleTo(access));
    }

    public async Task<QueryAnswer> QueryAsync(WorkspaceId workspace, QueryMessage query, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var maxRows = Math.Clamp(query.MaxRows, 1, SandboxLimits.MaxRows);
        var maxBytes = Math.Clamp(query.MaxBytes, 1, SandboxLimits.MaxResultBytes);
        var request = new SandboxRequest(query.Sql, [], IsServerSql: false, maxRows, maxBytes, query.Deadline);
        using var lease = workspaces.Use(workspace);
        var (reply, catalog) = await AskAsync(lease.File, query.Access, _ => request, cancel);
        return new QueryAnswer(reply.Columns, reply.Rows, reply.IsTruncated, reply.Touched, AsOf(catalog, reply.Touched), Stopwatch.GetElapsedTime(started), CatalogTable.AreReconciled(Tables(catalog, reply.Touched)));
    }

    public async Task<SearchAnswer> SearchAsync(WorkspaceId workspace, SearchMessage search, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        var question = new FullTextSearch(search);
        var tables = question.Tables(lease.File.Catalog().VisibleTo(search.Access));
        var found = new List<FullTextSearch.Scored>();
        var started = Stopwatch.GetTimestamp();
        foreach (var name in tables)
        {
            var timeLeft = search.Deadline - Stopwatch.GetElapsedTime(started);
            CatalogTable? table = null;
            var (reply, _) = await AskAsync(
                lease.File,
                search.Access,
                catalog => question.Request(table = catalog.VisibleTo(search.Access).Find(name), timeLeft),
                cancel);
            if (table is not null)
            {
                found.AddRange(question.Read(table, reply));
            }
        }

        return question.Answer(found, AsOf(lease.File.Catalog(), tables)) with { IsReconciled = CatalogTable.AreReconciled(Tables(lease.File.Catalog(), tables)) };
    }

    public async Task<RowAnswer?> FetchAsync(WorkspaceId workspace, FetchMessage fetch, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        CatalogTable? table = null;
        var (reply, _) = await AskAsync(
            lease.File,
            fetch.Access,
            catalog => RowLookup.Request(table = catalog.VisibleTo(fetch.Access).Find(fetch.Table), fetch),
            cancel);
        return table is null || reply.Rows.Count == 0 ? null : new RowAnswer(table, reply.Columns, reply.Rows[0]);
    }

    public async Task<RowsAnswer?> ReadRowsAsync(WorkspaceId workspace, RowsMessage message, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return lease.File.Catalog().VisibleTo(message.Access).Find(message.Table) is { } table
            ? await new RowPages(table, message).ReadAsync(async request => (await AskAsync(lease.File, message.Access, _ => request, cancel)).Reply)
            : null;
    }

    public async Task<ProfileAnswer?> ProfileAsync(WorkspaceId workspace, ProfileMessage message, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return lease.File.Catalog().VisibleTo(message.Access).Find(message.Table) is { } table
            ? await ColumnProfiles.ReadAsync(table, message, async request => (await AskAsync(lease.File, message.Access, _ => request, cancel)).Reply)
            : null;
    }

    public async Task<LoadId> BeginLoadAsync(WorkspaceId workspace, TableSchema schema, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return await loads.BeginAsync(lease.File, schema, cancel);
    }

    public async Task AppendAsync(WorkspaceId workspace, LoadId load, IReadOnlyList<SqlValue[]> rows, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        await loads.AppendAsync(lease.File, load, rows, cancel);
    }

    public async Task<LoadedTable> CommitLoadAsync(WorkspaceId workspace, LoadId load, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return await loads.CommitAsync(lease.File, load, cancel);
    }

    public async Task AbandonLoadAsync(WorkspaceId workspace, LoadId load, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        await loads.AbandonAsync(lease.File, load, cancel);
    }

    /// <summary>Asks a worker; if the catalog changed in between, makes the policy and the request anew.</summary>
    private async Task<(SandboxReply Reply, Catalog Catalog)> AskAsync(
        WorkspaceFile file, ReadAccess access, Func<Catalog, SandboxRequest?> makeRequest, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (catalog, handle) = file.HandleFor(access);
            if (makeRequest(catalog) is not { } request)
            {
                // No worker looked at the file, so nobody has said yet whether this catalog is still the file's.
                if (file.Catalog().Version != catalog.Version && attempt < MaxStaleRetries)
                {
                    continue;
                }

                return (SandboxReply.Failed(SandboxOutcome.Ok, ""), catalog);
            }

            var reply = await pool.QueryAsync(handle, request, cancel);
            if (reply.Outcome != SandboxOutcome.StalePolicy)
            {
                RequestScope.Current?.CountStatement();
            }

            switch (reply.Outcome)
            {
                case SandboxOutcome.Ok:
                    return (reply, catalog);
                case SandboxOutcome.StalePolicy when attempt < MaxStaleRetries:
                    file.Catalog();
                    break;
                default:
                    cancel.ThrowIfCancellationRequested();
                    throw new ProblemException(CodeOf(reply.Outcome), reply.Message);
            }
        }
    }

    private static ProblemCode CodeOf(SandboxOutcome outcome) => outcome switch
    {
        SandboxOutcome.InvalidSql => ProblemCodes.InvalidSql,
        SandboxOutcome.NotReadable => ProblemCodes.NotReadable,
        SandboxOutcome.DeadlineExceeded => ProblemCodes.DeadlineExceeded,
        SandboxOutcome.TooExpensive => ProblemCodes.TooExpensive,
        SandboxOutcome.Corrupt => ProblemCodes.Corrupt,
        _ => ProblemCodes.Busy,
    };

    private static DateTimeOffset? AsOf(Catalog catalog, IEnumerable<string> touched)
    {
        var tables = Tables(catalog, touched);
        return tables.Length == 0 ? null : tables.Min(table => table.LoadedAt);
    }

    private static CatalogTable[] Tables(Catalog catalog, IEnumerable<string> touched) => [.. touched.Select(name => catalog.Find(name.Split('.')[0])).OfType<CatalogTable>()];
}
