using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces.Sync;

/// <summary>Runs of agents on this machine's workspaces. What a run needs to go on after a crash is in the workspace's own file.</summary>
internal sealed class LocalSyncGateway(OpenWorkspaces workspaces, TimeProvider clock) : ISyncGateway
{
    /// <summary>An open run that got nothing for this long is forgotten: an agent that was off for a long weekend goes on where it was.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromDays(7);

    /// <summary>As the log says <see cref="SyncMode.Snapshot"/>.</summary>
    private const string Snapshot = "snapshot";

    public async Task<RunAnswer> BeginAsync(WorkspaceId workspace, BeginRun begin, CancellationToken cancel)
    {
        if (SyncSchemas.WhyNot(begin.Request) is { } wrong)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, wrong);
        }

        using var lease = workspaces.Use(workspace);
        var file = lease.File;
        var (answer, problem) = await file.Writer.RunAsync(connection => Begin(connection, begin), cancel);
        return problem is null ? answer! : throw problem;
    }

    public Task<RunAnswer> FindAsync(WorkspaceId workspace, string agent, string run, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return Task.FromResult(lease.File.Read(connection => Answer(connection, Require(connection, agent, run))));
    }

    public async Task<RunAnswer> TakeAsync(WorkspaceId workspace, string agent, SentBatch batch, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        var file = lease.File;
        var run = file.Read(connection => Require(connection, agent, batch.Run));
        var (rows, totals, count) = Decode(run, batch);
        return await file.Writer.RunAsync(
            connection =>
            {
                // What was true before may not be any more: it is asked again in the transaction that writes.
                var now = Require(connection, agent, batch.Run);
                if (SyncStore.HashOf(connection, now.Number, batch.Number) is { } known)
                {
                    return known.AsSpan().SequenceEqual(batch.Sha256) ? Answer(connection, now) : throw new ProblemException(ProblemCodes.BatchDiffers, $"Batch {batch.Number} came before, with other rows.");
                }

                if (!now.IsOpen)
                {
                    throw Closed(now);
                }

                RequireRoom(connection, batch.Bounds);
                if (rows is not null)
                {
                    Stage(connection, now, rows.Again());
                }

                SyncStore.AddBatch(connection, now.Number, new StoredBatch(batch.Number, batch.Sha256, totals, rows is null ? batch.Compressed : null), batch.Compressed.Length, count, clock.GetUtcNow());
                return Answer(connection, now);
            },
            cancel);
    }

    public async Task<CommittedRun> CommitAsync(WorkspaceId workspace, string agent, string run, CommitRequest request, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        var file = lease.File;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var (answer, isRepeated) = await file.Writer.RunAsync(connection => Commit(connection, agent, run, request), cancel);
            return new CommittedRun(answer, isRepeated, answer.Table, Stopwatch.GetElapsedTime(started));
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.TotalsDiffer || problem.Code == ProblemCodes.InvalidData)
        {
            await file.Writer.RunAsync(connection => Refuse(connection, Require(connection, agent, run), problem.Code.Code), cancel);
            throw;
        }
    }

    public async Task<RunAnswer> AbandonAsync(WorkspaceId workspace, string agent, string run, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return await lease.File.Writer.RunAsync(
            connection =>
            {
                var found = Require(connection, agent, run);
                if (found.IsOpen)
                {
                    Forget(connection, found.Number, SyncStore.Abandoned);
                }

                return Answer(connection, Require(connection, agent, run));
            },
            cancel);
    }

    public async Task<string> StopAsync(WorkspaceId workspace, string run, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return await lease.File.Writer.RunAsync(
            connection =>
            {
                var found = (SyncStore.Exists(connection) ? SyncStore.FindAny(connection, run) : null) ?? throw new ProblemException(ProblemCodes.RunUnknown, "There is no such run in this workspace.");
                if (found.Outcome != SyncStore.Open)
                {
                    throw new ProblemException(ProblemCodes.RunClosed, "This run has ended already.");
                }

                Forget(connection, found.Number, SyncStore.Stopped);
                return found.Table;
            },
            cancel);
    }

    public Task<IReadOnlyList<SyncedTable>> ListTablesAsync(WorkspaceId workspace, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        var catalog = lease.File.Catalog();
        return Task.FromResult<IReadOnlyList<SyncedTable>>(lease.File.Read(connection => catalog.Tables.Select(table => Synced(connection, table)).ToList()));
    }

    public async Task<string?> AcceptSchemaAsync(WorkspaceId workspace, string table, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return await lease.File.Writer.RunAsync(
            connection =>
            {
                if (!SyncStore.Exists(connection)
                    || CatalogStore.Find(connection, table) is not { } found
                    || SyncStore.FindTable(connection, found.Schema.Name)?.Proposed is not { } proposed)
                {
                    return null;
                }

                SyncStore.Accept(connection, found.Schema.Name);
                return SyncSchemas.Drift(found.Schema, proposed) ?? "nothing";
            },
            cancel);
    }

    public Task<IReadOnlyList<SyncLogEntry>> ListRunsAsync(WorkspaceId workspace, long? before, int limit, CancellationToken cancel)
    {
        using var lease = workspaces.Use(workspace);
        return Task.FromResult<IReadOnlyList<SyncLogEntry>>(lease.File.Read(connection => SyncStore.Exists(connection)
            ? SyncStore.Log(connection, before, limit).Select(run => run.Outcome == SyncStore.Open ? run with { Outlook = OutlookOf(connection, run) } : run).ToList()
            : []));
    }

    private RunOutlook? OutlookOf(SqliteConnection connection, SyncLogEntry run) => SyncStore.PaceOf(connection, run.Number).OutlookAt(
        clock.GetUtcNow(), run.Mode == Snapshot ? CatalogStore.Find(connection, run.Table)?.RowCount : null);

    private static SyncedTable Synced(SqliteConnection connection, CatalogTable table)
    {
        var sync = SyncStore.Exists(connection) ? SyncStore.FindTable(connection, table.Schema.Name) : null;
        return new SyncedTable(table, sync?.Agent, sync?.LastRun, sync?.Proposed is { } proposed ? SyncSchemas.Drift(table.Schema, proposed) : null);
    }

    /// <returns>A problem that leaves something behind is returned, not thrown, so that what it leaves is committed.</returns>
    private (RunAnswer? Answer, ProblemException? Problem) Begin(SqliteConnection connection, BeginRun begin)
    {
        SyncStore.Prepare(connection);
        var request = begin.Request;
        if (SyncStore.Find(connection, begin.Run, begin.Agent) is { } known)
        {
            SyncStore.Begun(connection, known.Number, begin.ExpectedRows, clock.GetUtcNow());
            return SameRequest(known.Request, request) ? (Answer(connection, known), null) : throw new ProblemException(ProblemCodes.RunClosed, "A run with this id began with another request. Begin a new one.");
        }

        if (SyncStore.IsTaken(connection, begin.Run))
        {
            throw Unknown();
        }

        RequireRoom(connection, begin.Bounds);
        var old = CatalogStore.Find(connection, request.Schema.Table);
        if (RequireTable(connection, begin, old) is { } waits)
        {
            return (null, waits);
        }

        var table = SyncSchemas.Merge(old?.Schema, request.Schema, request.Source);
        TableLoads.Check(table, CatalogStore.ReadIn(connection));
        var now = clock.GetUtcNow();
        foreach (var silent in SyncStore.ToForget(connection, request.Schema.Table, now - MaxSilence))
        {
            Forget(connection, silent, SyncStore.Abandoned);
        }

        if (SyncStore.CountOpen(connection) >= begin.Bounds.MaxOpenRuns)
        {
            throw new ProblemException(ProblemCodes.InUse, $"{begin.Bounds.MaxOpenRuns} runs are open in this workspace. Commit or forget one first.");
        }

        var number = SyncStore.Add(connection, begin.Run, begin.Agent, request, now);
        SyncStore.Begun(connection, number, begin.ExpectedRows, now);
        if (request.Mode == SyncMode.Snapshot)
        {
            TableStore.CreateStaging(connection, StagingName.OfRun(number), table);
        }

        return (new RunAnswer(begin.Run, request.Schema.Table, request.Mode, RunStatus.Open, 0, 0), null);
    }

    /// <returns>That the run has to wait for an owner's word, or null if it may begin.</returns>
    private static ProblemException? RequireTable(SqliteConnection connection, BeginRun begin, CatalogTable? old)
    {
        var request = begin.Request;
        if (old is null)
        {
            return request.BasedOn is null ? null : throw BaseDiffers();
        }

        var sync = SyncStore.FindTable(connection, old.Schema.Name);
        if (sync is null || (sync.Agent != begin.Agent && sync.Agent != begin.TakesOverFrom))
        {
            throw new ProblemException(ProblemCodes.TableTaken, $"The table {old.Schema.Name} was made by an import or is sent by another agent. Choose another name for it.");
        }

        if (SyncSchemas.Drift(old.Schema, request.Schema) is { } drift && (sync.Accepted is null || !SyncSchemas.IsSame(sync.Accepted, request.Schema)))
        {
            SyncStore.Propose(connection, old.Schema.Name, request.Schema);
            return new ProblemException(ProblemCodes.SchemaChanged, $"The columns of {old.Schema.Name} changed: {drift}. An owner has to accept that in the dashboard; until then nothing is sent.");
        }

        return request.Mode != SyncMode.Snapshot && (request.BasedOn != sync.LastRun || sync.LastRun is null || SyncSchemas.Drift(old.Schema, request.Schema) is not null)
            ? throw BaseDiffers()
            : null;
    }

    private (RunAnswer Answer, bool IsRepeated) Commit(SqliteConnection connection, string agent, string id, CommitRequest request)
    {
        var run = Require(connection, agent, id);
        if (!run.IsOpen)
        {
            return run.Result is not null ? (Answer(connection, run), true) : throw Closed(run);
        }

        var hashes = SyncStore.Hashes(connection, run.Number);
        if (hashes.Count != request.Batches || SyncStore.Progress(connection, run.Number).Through != request.Batches)
        {
            throw new ProblemException(ProblemCodes.BatchMissing, $"{request.Batches} batches were announced and {hashes.Count} are here. Send those that are missing.");
        }

        if (RunHash.Of(hashes) != request.Hash)
        {
            throw new ProblemException(ProblemCodes.BatchDiffers, "The hash of the run is not that of the batches that are here. Begin a new run.");
        }

        var old = CatalogStore.Find(connection, run.Request.Schema.Table);
        RequireSameBase(connection, run, old);
        var applied = SyncApply.Apply(connection, run, old);
        var sent = SentTotals(applied, run.Request.Schema);
        if (TotalsCounter.Difference(sent, request.Totals) is { } difference)
        {
            throw new ProblemException(ProblemCodes.TotalsDiffer, $"Nothing was changed, because {difference}. Send a snapshot.");
        }

        var now = clock.GetUtcNow();
        CatalogStore.Put(connection, new CatalogTable(applied.Table, applied.Totals.Rows, now, applied.Totals.Sums, applied.FullText));
        SyncStore.Reconciled(connection, applied.Table.Name, agent, id);
        SyncStore.End(connection, run.Number, SyncStore.Committed, new CommitResult(applied.RowsIn, applied.Changed, applied.Deleted, sent, now.ToUnixTimeSeconds()), now);
        return (Answer(connection, Require(connection, agent, id)), false);
    }

    /// <summary>Between the beginning and the commit an import or an accepted schema may have come.</summary>
    private static void RequireSameBase(SqliteConnection connection, StoredRun run, CatalogTable? old)
    {
        var sync = old is null ? null : SyncStore.FindTable(connection, old.Schema.Name);
        if (old is not null && sync is null)
        {
            throw new ProblemException(ProblemCodes.TableTaken, $"The table {old.Schema.Name} was made anew by an import. Choose another name for it.");
        }

        if (run.Request.Mode != SyncMode.Snapshot && run.Request.BasedOn != sync?.LastRun)
        {
            throw BaseDiffers();
        }

        if (run.Request.Mode == SyncMode.Snapshot && old is not null && SyncSchemas.Drift(old.Schema, run.Request.Schema) is not null && (sync!.Accepted is null || !SyncSchemas.IsSame(sync.Accepted, run.Request.Schema)))
        {
            throw new ProblemException(ProblemCodes.SchemaChanged, $"The columns of {old.Schema.Name} changed meanwhile. Begin a new run.");
        }
    }

    private bool Refuse(SqliteConnection connection, StoredRun run, string outcome)
    {
        if (run.IsOpen)
        {
            Forget(connection, run.Number, outcome);
            SyncStore.NotReconciled(connection, run.Request.Schema.Table);
            CatalogStore.RaiseVersion(connection);
        }

        return true;
    }

    private void Forget(SqliteConnection connection, long run, string outcome)
    {
        TableStore.DropStaging(connection, StagingName.OfRun(run));
        SyncStore.End(connection, run, outcome, result: null, clock.GetUtcNow());
    }

    /// <summary>Reads every row before anything is written, away from the one writer.</summary>
    /// <returns>Of a snapshot the rows as well, for its table.</returns>
    private static (BatchReader? Rows, ControlTotals Totals, int Count) Decode(StoredRun run, SentBatch batch)
    {
        try
        {
            var bytes = BatchCompression.Decompress(batch.Compressed);
            if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(batch.Sha256))
            {
                throw new ProblemException(ProblemCodes.BatchInvalid, "The batch is not the one that its hash says. Send it again.");
            }

            var schema = run.Request.Schema;
            var reader = new BatchReader(bytes, schema);
            var counter = new TotalsCounter(schema);
            var cells = new RawCell[schema.Columns.Count];
            while (reader.ReadRaw(cells, out var kind))
            {
                if (kind == RowKind.Delete && run.Request.Mode != SyncMode.Upsert)
                {
                    throw new ProblemException(ProblemCodes.BatchInvalid, "Only an upsert deletes rows.");
                }

                counter.Add(cells);
            }

            return (run.Request.Mode == SyncMode.Snapshot ? reader : null, counter.Totals, reader.Rows);
        }
        catch (BatchException wrong)
        {
            throw new ProblemException(ProblemCodes.BatchInvalid, wrong.Message, wrong);
        }
    }

    /// <summary>Puts rows that were read before into the run's table: what is bound is what lies in the batch.</summary>
    private static void Stage(SqliteConnection connection, StoredRun run, BatchReader rows)
    {
        var old = CatalogStore.Find(connection, run.Request.Schema.Table);
        var names = SyncSchemas.Merge(old?.Schema, run.Request.Schema, "").Columns;
        using var insert = TableStore.PrepareInsert(connection, StagingName.OfRun(run.Number), [.. run.Request.Schema.Columns.Select(column => names.First(name => name.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)).Name)]);
        var cells = new RawCell[run.Request.Schema.Columns.Count];
        while (rows.ReadRaw(cells, out _))
        {
            for (var i = 0; i < cells.Length; i++)
            {
                if (cells[i].Kind == CellKind.Text)
                {
                    insert.BindText(i + 1, rows.TextOf(cells[i]));
                }
                else
                {
                    insert.Bind(i + 1, SyncSchemas.ToSql(new Cell(cells[i].Kind, cells[i].Number, cells[i].Places)));
                }
            }

            insert.Insert();
        }
    }

    private static ControlTotals SentTotals(Applied applied, SyncSchema sent) => new(
        applied.Totals.Rows,
        sent.Columns.Where(column => ExactSum.Sums(column.Type)).ToDictionary(
            column => column.Name, column => applied.Totals.Sums.First(sum => sum.Key.Equals(column.Name, StringComparison.OrdinalIgnoreCase)).Value, StringComparer.Ordinal));

    private static bool SameRequest(RunRequest one, RunRequest other) =>
        one.Mode == other.Mode && one.BasedOn == other.BasedOn && one.Schema.Table == other.Schema.Table && SyncSchemas.IsSame(one.Schema, other.Schema);

    private static RunAnswer Answer(SqliteConnection connection, StoredRun run)
    {
        var (received, through) = SyncStore.Progress(connection, run.Number);
        return new RunAnswer(run.Id, run.Request.Schema.Table, run.Request.Mode, run.Status, through, received, run.Result);
    }

    private static StoredRun Require(SqliteConnection connection, string agent, string run) =>
        (SyncStore.Exists(connection) ? SyncStore.Find(connection, run, agent) : null) ?? throw Unknown();

    private static void RequireRoom(SqliteConnection connection, SyncBounds bounds)
    {
        if (SyncStore.FileBytes(connection) > bounds.MaxFileBytes)
        {
            throw new ProblemException(ProblemCodes.WorkspaceFull, $"This workspace has grown to {bounds.MaxFileBytes >> 20} MiB and takes no more. Send fewer tables, or ask the operator for room.");
        }
    }

    private static ProblemException Unknown() => new(ProblemCodes.RunUnknown, "There is no such run, or it was forgotten because nothing came for too long. Begin a new one.");

    private static ProblemException Closed(StoredRun run) => run.Outcome == SyncStore.Stopped ? new(ProblemCodes.RunStopped, "Somebody of the workspace stopped this run. Nothing was changed; the next sync sends again.") : Ended();

    private static ProblemException Ended() => new(ProblemCodes.RunClosed, "This run was committed or forgotten already. Begin a new one.");

    private static ProblemException BaseDiffers() => new(ProblemCodes.BaseDiffers, "The table here is not the one that these changes build on. Send a snapshot.");
}
