using System.Text.Json;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>One pass over a source that writes batches and the hashes of their rows into the outbox, a transaction for each batch.</summary>
internal sealed class ScanPass : IDisposable
{
    private readonly OutboxStore store;
    private readonly TableStateStore states;
    private readonly KnownTable known;
    private readonly TableShape shape;
    private readonly SyncMode mode;
    private readonly RowReading reading;
    private readonly RowLookup lookup;
    private readonly PendingRows pending;
    private readonly SlotSet seen;
    private readonly byte[] oldHash = new byte[OutboxKey.HashBytes];
    private OutboxTransaction transaction;
    private BatchWriter batch;
    private int batches;

    public ScanPass(OutboxStore store, KnownTable known, TableShape shape, SyncMode mode)
    {
        this.store = store;
        this.known = known;
        this.shape = shape;
        this.mode = mode;
        states = new TableStateStore(store);
        reading = new RowReading(store.Key, shape);
        lookup = states.Lookup(known.Id);
        pending = states.Pending(known.Id);
        seen = new SlotSet(known.NextSlot);
        NextSlot = mode == SyncMode.Snapshot ? 0 : known.NextSlot;
        transaction = store.Begin();
        batch = new BatchWriter(shape.Schema);
    }

    public ControlTotals Totals => reading.Totals.Totals;

    public long NextSlot { get; private set; }

    /// <summary>Of a table without a key.</summary>
    public byte[]? ContentHash => shape.Key.Count == 0 ? reading.ContentHash : null;

    /// <summary>Takes in the current row.</summary>
    public void Add(ISourceRows row)
    {
        reading.Read(row);
        if (shape.Key.Count == 0)
        {
            reading.Chain();
            Put(row);
            return;
        }

        var keyHash = reading.KeyHash(row);
        var slot = NextSlot;
        if (mode == SyncMode.Upsert && lookup.TryFind(keyHash, oldHash, out var oldSlot))
        {
            if (!seen.Add(oldSlot))
            {
                throw SameKey();
            }

            if (oldHash.AsSpan().SequenceEqual(reading.RowHash))
            {
                return;
            }

            slot = oldSlot;
        }
        else
        {
            NextSlot++;
        }

        var key = store.Key.Encrypt(JsonSerializer.SerializeToUtf8Bytes(reading.KeyTexts(row), AgentJson.Default.StringArray));
        if (!pending.TryAdd(keyHash, reading.RowHash, slot, key))
        {
            throw SameKey();
        }

        Put(row);
    }

    /// <summary>Adds the deletes of rows that were not seen, and ends the last batch.</summary>
    public void Finish()
    {
        if (mode == SyncMode.Upsert)
        {
            foreach (var (keyHash, slot, key) in states.Unseen(known.Id, seen))
            {
                pending.TryAdd(keyHash, null, slot, null);
                Delete(JsonSerializer.Deserialize(store.Key.Decrypt(key), AgentJson.Default.StringArray)!);
            }
        }

        if (batch.Rows > 0)
        {
            EndBatch();
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        lookup.Dispose();
        pending.Dispose();
        transaction.Dispose();
    }

    private void Put(ISourceRows row)
    {
        var cells = reading.Cells(row);
        try
        {
            if (!batch.TryPut(cells))
            {
                EndBatch();
                batch.TryPut(cells);
            }
        }
        catch (BatchException error)
        {
            throw new SourceException(FormattableString.Invariant($"Row {reading.Totals.Rows} of {shape.Schema.Table} cannot be sent: {error.Message}"), error);
        }
    }

    private void Delete(string?[] texts)
    {
        var cells = new Cell[texts.Length];
        for (var at = 0; at < texts.Length; at++)
        {
            if (!TypeGuess.TryCell(texts[at], shape.Schema.Columns[shape.Key[at]].Type, out cells[at]))
            {
                throw new DoesNotFitException();
            }
        }

        if (!batch.TryDelete(cells))
        {
            EndBatch();
            batch.TryDelete(cells);
        }
    }

    private void EndBatch()
    {
        var full = batch.Finish();
        states.AddBatch(known.Id, ++batches, full, BatchCompression.Compress(full.Bytes));
        batch = new BatchWriter(shape.Schema);
        transaction.Commit();
        transaction.Dispose();
        transaction = store.Begin();
    }

    private SourceException SameKey() => new(FormattableString.Invariant(
        $"Row {reading.Totals.Rows} of {shape.Schema.Table} has the same key ({string.Join(", ", shape.Schema.Key)}) as a row before it. Remove the source and add it with another --key, or with --no-key."));
}
