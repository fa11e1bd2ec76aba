using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>What became of one table in one sync.</summary>
/// <param name="Rows">Of the whole table.</param>
/// <param name="Changed">Rows that are new or other than before.</param>
/// <param name="BytesSent">Bodies of batches, compressed.</param>
internal sealed record TableOutcome(string Table, bool IsDone, long Rows, long Changed, long Deleted, long BytesSent, int BatchesSent, string? Code = null, string? Message = null);

/// <summary>Syncs one table: finishes what is on its way, then reads the source and sends what has changed.</summary>
internal sealed class TableSync(OutboxStore store, PairedServer server, TimeProvider clock, IProgress<SyncProgress>? progress)
{
    private readonly TableStateStore states = new(store);
    private readonly Patience patience = new(clock);
    private long bytesSent;
    private int batchesSent;

    public async Task<TableOutcome> RunAsync(TableConfig table, ISource source, string sourceName, CancellationToken cancel)
    {
        var known = states.Find(sourceName, table.Name);
        var before = (Changed: 0L, Deleted: 0L);
        if (states.FindRun(known.Id) is { } unfinished && await SendAsync(known.Id, unfinished, cancel) is { } finished)
        {
            before = (finished.Changed, finished.Deleted);
        }

        var isSecondTry = false;
        while (true)
        {
            progress?.Report(new SyncProgress(table.Name, "reading", 0, 0));
            var run = await new TableScan(store, clock, table, source, sourceName).RunAsync(cancel);
            if (await SendAsync(known.Id, run, cancel) is { } result)
            {
                return new TableOutcome(table.Name, true, result.Totals.Rows, before.Changed + result.Changed, before.Deleted + result.Deleted, bytesSent, batchesSent);
            }

            if (isSecondTry)
            {
                throw new AgentException(AgentProblem.Differs, $"The server comes to other totals of {table.Name} than this computer, for all rows sent anew too. Nothing was changed. Send your operator the log.");
            }

            isSecondTry = true;
        }
    }

    /// <summary>Sends a run to its end.</summary>
    /// <returns>What became of it; null if it has to be read anew, as a whole.</returns>
    private async Task<CommitResult?> SendAsync(long table, PendingRun run, CancellationToken cancel)
    {
        try
        {
            return await SendOnceAsync(table, run, cancel);
        }
        catch (ServerRefusal refusal) when (refusal.Code is SyncProblems.RunUnknown or SyncProblems.RunClosed or SyncProblems.BatchMissing)
        {
            // The server has forgotten the run; what was read is still here.
            states.Rename(table, TableScan.NewRunId(clock));
            return await SendAgainAsync(table, cancel);
        }
        catch (ServerRefusal refusal) when (refusal.Code is SyncProblems.BaseDiffers or SyncProblems.TotalsDiffer or SyncProblems.BatchDiffers)
        {
            states.Forget(table);
            return null;
        }
    }

    private async Task<CommitResult?> SendAgainAsync(long table, CancellationToken cancel)
    {
        try
        {
            return await SendOnceAsync(table, states.FindRun(table)!, cancel);
        }
        catch (ServerRefusal refusal) when (refusal.Code is SyncProblems.BaseDiffers or SyncProblems.TotalsDiffer or SyncProblems.BatchDiffers)
        {
            states.Forget(table);
            return null;
        }
    }

    private async Task<CommitResult> SendOnceAsync(long table, PendingRun run, CancellationToken cancel)
    {
        var answer = await patience.TryAsync(() => server.BeginAsync(run.Run, run.Request, run.Rows, cancel), cancel);
        if (answer.Status == RunStatus.Open)
        {
            // Batches before this one are safe at the server; none of them is sent again.
            for (var number = answer.ReceivedThrough + 1; number <= run.BatchHashes.Count; number++)
            {
                await SendBatchAsync(table, run, number, cancel);
            }

            var commit = new CommitRequest(run.BatchHashes.Count, RunHash.Of(run.BatchHashes), run.Totals);
            progress?.Report(new SyncProgress(run.Request.Schema.Table, "committing", run.BatchHashes.Count, run.BatchHashes.Count));
            answer = await patience.TryAsync(() => server.CommitAsync(run.Run, commit, cancel), cancel);
        }

        if (answer is not { Status: RunStatus.Committed, Result: { } result })
        {
            throw new ServerRefusal(System.Net.HttpStatusCode.Conflict, SyncProblems.RunClosed, "The server gave the run up.");
        }

        if (TotalsCounter.Difference(result.Totals, run.Totals) is { } difference)
        {
            states.Forget(table);
            throw new AgentException(AgentProblem.Differs, $"The totals of {run.Request.Schema.Table} differ: {difference}. The next sync sends the whole table.");
        }

        states.Committed(table, run);
        return result;
    }

    private async Task SendBatchAsync(long table, PendingRun run, int number, CancellationToken cancel)
    {
        progress?.Report(new SyncProgress(run.Request.Schema.Table, "sending", number - 1, run.BatchHashes.Count));
        var (body, _) = states.ReadBatch(table, number);
        await patience.TryAsync(() => server.SendBatchAsync(run.Run, number, body, run.BatchHashes[number - 1], cancel), cancel);
        bytesSent += body.Length;
        batchesSent++;
    }
}

/// <param name="Done">Of <paramref name="Total"/> batches.</param>
internal readonly record struct SyncProgress(string Table, string Doing, int Done, int Total);
