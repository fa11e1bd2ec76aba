using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>What became of a whole sync.</summary>
internal sealed record SyncOutcome(DateTimeOffset StartedAt, DateTimeOffset EndedAt, IReadOnlyList<TableOutcome> Tables)
{
    public bool IsDone => Tables.All(table => table.IsDone);
}

/// <summary>Syncs every table of every source, one after the other. A table that fails does not keep the others from going on.</summary>
internal sealed class Syncer(AgentHome home, TimeProvider clock, ILogger log)
{
    /// <exception cref="AgentException">The agent is not paired, another process syncs, this computer's disk is full, or the server is not reached or no longer trusts us.</exception>
    public async Task<SyncOutcome> RunAsync(IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        try
        {
            return await SyncAsync(progress, cancel);
        }
        catch (SqliteException error) when (LocalDatabase.CannotWrite(error))
        {
            throw LocalDatabase.Explain(error, home.Folder);
        }
    }

    private async Task<SyncOutcome> SyncAsync(IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var config = AgentConfig.Load(home);
        var pairing = config.RequirePairing();
        var secrets = new SecretStore(home).Load();
        if (config.Sources.Count == 0)
        {
            throw new AgentException(AgentProblem.NotPaired, "There is nothing to sync. Say what, with: workspace-agent source add");
        }

        using var alone = Alone();
        using var key = SecretStore.ReadSigningKey(secrets.SigningKey!);
        using var server = new PairedServer(pairing, key, clock, kept => (AgentConfig.Load(home) with { Pairing = kept }).Save(home));
        using var outboxKey = new OutboxKey(secrets.OutboxKey);
        using var store = new OutboxStore(home.Outbox, outboxKey);
        var started = clock.GetUtcNow();
        var outcomes = new List<TableOutcome>();
        foreach (var source in config.Sources)
        {
            using var opened = OpenedSource.Open(source, secrets, store);
            foreach (var table in source.Tables)
            {
                outcomes.Add(await OneAsync(source, table, opened.Source, new TableSync(store, server, clock, progress), cancel));
            }
        }

        return new SyncOutcome(started, clock.GetUtcNow(), outcomes);
    }

    private async Task<TableOutcome> OneAsync(SourceConfig source, TableConfig table, ISource opened, TableSync sync, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        try
        {
            var outcome = await sync.RunAsync(table, opened, source.Name, cancel);
            log.LogInformation(
                "Synced {Table}: {Rows} rows, {Changed} changed, {Deleted} deleted, {Bytes} bytes in {Batches} batches, {Milliseconds} ms; totals equal",
                table.Name, outcome.Rows, outcome.Changed, outcome.Deleted, outcome.BytesSent, outcome.BatchesSent, (long)clock.GetElapsedTime(started).TotalMilliseconds);
            return outcome;
        }
        catch (ServerRefusal refusal) when (refusal.Code == SyncProblems.Unpaired)
        {
            throw new AgentException(new AgentProblem(SyncProblems.Unpaired, ExitCodes.NotPaired), $"{refusal.Message} Nothing more is sent. To pair again: workspace-agent unpair --local, then workspace-agent pair", refusal);
        }
        catch (ServerRefusal refusal)
        {
            return Failed(table, refusal.Code.Length > 0 ? refusal.Code : "refused", refusal.Message);
        }
        catch (SourceException error)
        {
            return Failed(table, error.Problem.Code, error.Message);
        }
        catch (AgentException error) when (error.Problem == AgentProblem.Source || error.Problem == AgentProblem.Differs)
        {
            return Failed(table, error.Problem.Code, error.Message);
        }
    }

    private TableOutcome Failed(TableConfig table, string code, string message)
    {
        log.LogWarning("Did not sync {Table}: {Message} [{Code}]", table.Name, message, code);
        return new TableOutcome(table.Name, false, 0, 0, 0, 0, 0, code, message);
    }

    private FileStream Alone()
    {
        try
        {
            return new FileStream(home.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new AgentException(AgentProblem.RetryLater, "Another process of the agent is syncing at this moment, probably the service.", error);
        }
    }
}
