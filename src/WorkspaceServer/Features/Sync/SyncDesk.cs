using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync;

/// <summary>Takes what agents send to the gateway, and records what became of it.</summary>
internal sealed class SyncDesk(ISyncGateway gateway, AgentStore agents, AuditLog audit, SyncOptions options, Signals signals)
{
    /// <param name="expected">Rows and deletes of the whole run, as the agent says; or null.</param>
    public async Task<RunAnswer> BeginAsync(Agent agent, string run, RunRequest request, long? expected, CancellationToken cancel)
    {
        var table = (await gateway.ListTablesAsync(agent.Workspace, cancel)).FirstOrDefault(each => each.Table.Schema.Name.Equals(request.Schema.Table, StringComparison.OrdinalIgnoreCase));
        var former = table?.Agent is { } other && other != agent.Id && agents.Find(other) is null or { RevokedAt: not null } ? table.Agent : null;
        try
        {
            var begun = await gateway.BeginAsync(agent.Workspace, new BeginRun(agent.Id, run, request, former, options.Bounds, expected), cancel);
            signals.Raise(SyncTopic.Of(agent.Workspace));
            return begun;
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.SchemaChanged && table?.Waiting is null)
        {
            // Said once: the agent asks again until an owner has answered.
            signals.Raise(SyncTopic.Of(agent.Workspace));
            await audit.RecordAsync(Refused(agent, run, request.Schema.Table, problem));
            throw;
        }
    }

    public async Task<RunAnswer> TakeAsync(Agent agent, SentBatch batch, CancellationToken cancel)
    {
        var taken = await gateway.TakeAsync(agent.Workspace, agent.Id, batch, cancel);
        signals.Raise(SyncTopic.Of(agent.Workspace));
        return taken;
    }

    public async Task<RunAnswer> AbandonAsync(Agent agent, string run, CancellationToken cancel)
    {
        var abandoned = await gateway.AbandonAsync(agent.Workspace, agent.Id, run, cancel);
        signals.Raise(SyncTopic.Of(agent.Workspace));
        return abandoned;
    }

    public async Task<RunAnswer> CommitAsync(Agent agent, string run, CommitRequest request, CancellationToken cancel)
    {
        CommittedRun committed;
        try
        {
            // What was begun is brought to its end: half a commit there is not, and an agent that went away asks again.
            committed = await gateway.CommitAsync(agent.Workspace, agent.Id, run, request, CancellationToken.None);
        }
        catch (ProblemException problem)
        {
            signals.Raise(SyncTopic.Of(agent.Workspace));
            await audit.RecordAsync(Refused(agent, run, table: null, problem));
            throw;
        }

        signals.Raise(SyncTopic.Of(agent.Workspace));

        if (!committed.IsRepeated && committed.Answer.Result is { } result)
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.SyncBatchAccepted)
            {
                Target = ("run", run),
                Workspace = agent.Workspace,
                Details = [("table", committed.Table), ("rows_in", result.RowsIn), ("changed", result.Changed), ("deleted", result.Deleted), ("rows", result.Totals.Rows), ("ms", (long)committed.Took.TotalMilliseconds)],
            });
        }

        cancel.ThrowIfCancellationRequested();
        return committed.Answer;
    }

    /// <summary>A person ends what an agent is sending. Nothing of it was visible.</summary>
    /// <exception cref="ProblemException">There is no such run, or it has ended.</exception>
    public async Task<string> StopAsync(WorkspaceId workspace, string run, CancellationToken cancel)
    {
        var table = await gateway.StopAsync(workspace, run, cancel);
        signals.Raise(SyncTopic.Of(workspace));
        await audit.RecordAsync(new AuditEntry(AuditActions.SyncRunStopped) { Target = ("run", run), Workspace = workspace, Details = [("table", table)] });
        return table;
    }

    /// <exception cref="ProblemException">Nothing waits.</exception>
    public async Task<string> AcceptSchemaAsync(WorkspaceId workspace, string table, CancellationToken cancel)
    {
        var changes = await gateway.AcceptSchemaAsync(workspace, table, cancel)
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table, or nothing about it waits to be accepted.");
        signals.Raise(SyncTopic.Of(workspace));
        await audit.RecordAsync(new AuditEntry(AuditActions.SyncSchemaAccepted) { Target = ("table", table), Workspace = workspace, Details = [("changes", changes)] });
        return changes;
    }

    private static AuditEntry Refused(Agent agent, string run, string? table, ProblemException problem) => new(AuditActions.SyncBatchRefused)
    {
        Target = ("run", run),
        Workspace = agent.Workspace,
        Outcome = problem.Code.Code,
        Details = [("table", table), ("why", problem.Message)],
    };
}
