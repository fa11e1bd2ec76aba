using System.Text.Json;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>Reads a table from its source, finds what the server does not have, and puts that into the outbox as a run.</summary>
/// <remarks>
/// A row is compared by its hash with what the server has; what is the same costs nothing more. Rows that were not seen are deleted ones.
/// Control totals are of all rows, those that did not change too. Memory does not grow with the table but for one bit per row.
/// </remarks>
internal sealed class TableScan(OutboxStore store, TimeProvider clock, TableConfig table, ISource source, string sourceName)
{
    private readonly TableStateStore states = new(store);

    /// <summary>Rows read by the last pass.</summary>
    public long RowsRead { get; private set; }

    /// <exception cref="SourceException">The source is not right; nothing was put into the outbox.</exception>
    /// <exception cref="AgentException">The same.</exception>
    public async Task<PendingRun> RunAsync(CancellationToken cancel)
    {
        var known = states.Find(sourceName, table.Name);
        var types = TypePass.TypesOf(known.Schema);
        if (known.Schema is null || await HasNewColumnsAsync(known.Schema, cancel))
        {
            types = await TypePass.RunAsync(source, table.Table, types, cancel);
        }

        try
        {
            return await PassAsync(known, types, cancel);
        }
        catch (DoesNotFitException)
        {
            types = await TypePass.RunAsync(source, table.Table, types, cancel);
            return await PassAsync(known, types, cancel);
        }
        catch
        {
            states.Discard(known.Id);
            throw;
        }
    }

    private async Task<bool> HasNewColumnsAsync(SyncSchema known, CancellationToken cancel)
    {
        await using var rows = await source.OpenAsync(table.Table, cancel);
        return rows.Columns.Any(column => table.Leaves(column.Name) && !known.Columns.Any(old => old.Name == column.Name));
    }

    private async Task<PendingRun> PassAsync(KnownTable known, IReadOnlyDictionary<string, SyncType> types, CancellationToken cancel)
    {
        states.Discard(known.Id);
        var shape = await ShapeAsync(types, cancel);
        var isBase = known.LastRun is not null && Same(known.Schema!, shape.Schema);
        if (shape.Key.Count == 0 && isBase)
        {
            // Without a key nothing can be changed in place, so it is worth one more pass to find out whether anything has to be.
            var (hash, totals) = await HashAsync(shape, cancel);
            if (hash.AsSpan().SequenceEqual(known.ContentHash))
            {
                return Seal(known, shape, SyncMode.Append, totals, known.ContentHash, known.NextSlot);
            }
        }

        var mode = isBase && shape.Key.Count > 0 ? SyncMode.Upsert : SyncMode.Snapshot;
        await using var rows = await source.OpenAsync(table.Table, cancel);
        using var pass = new ScanPass(store, known, shape, mode);
        while (await rows.ReadAsync(cancel))
        {
            pass.Add(rows);
        }

        RowsRead = pass.Totals.Rows;
        pass.Finish();
        return Seal(known, shape, mode, pass.Totals, pass.ContentHash, pass.NextSlot);
    }

    private async Task<TableShape> ShapeAsync(IReadOnlyDictionary<string, SyncType> types, CancellationToken cancel)
    {
        await using var rows = await source.OpenAsync(table.Table, cancel);
        return TableShape.Of(table, rows.Columns, column => types.TryGetValue(column.Name, out var type) ? type : column.Type ?? SyncType.Text);
    }

    private async Task<(byte[] Hash, ControlTotals Totals)> HashAsync(TableShape shape, CancellationToken cancel)
    {
        await using var rows = await source.OpenAsync(table.Table, cancel);
        var reading = new RowReading(store.Key, shape);
        while (await rows.ReadAsync(cancel))
        {
            reading.Read(rows);
            reading.Chain();
        }

        RowsRead = reading.Totals.Rows;
        return (reading.ContentHash, reading.Totals.Totals);
    }

    private PendingRun Seal(KnownTable known, TableShape shape, SyncMode mode, ControlTotals totals, byte[]? contentHash, long nextSlot)
    {
        var request = new RunRequest(mode, shape.Schema, sourceName, mode == SyncMode.Snapshot ? null : known.LastRun);
        var run = new PendingRun(NewRunId(clock), request, totals, contentHash, nextSlot, []);
        states.AddRun(known.Id, run);
        return states.FindRun(known.Id)!;
    }

    public static string NewRunId(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");

    private static bool Same(SyncSchema one, SyncSchema other) =>
        JsonSerializer.Serialize(one, ProtocolJson.Default.SyncSchema) == JsonSerializer.Serialize(other, ProtocolJson.Default.SyncSchema);
}

/// <summary>A value does not fit the type that its column had: the types are looked at anew.</summary>
internal sealed class DoesNotFitException : Exception;
