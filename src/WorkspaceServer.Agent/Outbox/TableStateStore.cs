using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Outbox;

/// <summary>What the server has of one table, as far as this agent knows.</summary>
/// <param name="Schema">Of the last committed run; null before the first.</param>
/// <param name="LastRun">Null: the next run is a snapshot.</param>
/// <param name="ContentHash">Of all rows in order, for a table without a key.</param>
/// <param name="NextSlot">One more than the highest slot of a row.</param>
internal sealed record KnownTable(long Id, SyncSchema? Schema, string? LastRun, byte[]? ContentHash, long NextSlot);

/// <summary>A run that was read from the source and is on its way.</summary>
/// <param name="Rows">Rows and deletes of all its batches.</param>
internal sealed record PendingRun(string Run, RunRequest Request, ControlTotals Totals, byte[]? ContentHash, long NextSlot, IReadOnlyList<byte[]> BatchHashes, long Rows = 0);

/// <summary>The outbox of one table: its rows as hashes, and at most one run that is on its way.</summary>
internal sealed class TableStateStore(OutboxStore store)
{
    public KnownTable Find(string source, string table)
    {
        store.Execute("INSERT INTO sync_table (source, name) VALUES (@source, @name) ON CONFLICT DO NOTHING", ("@source", source), ("@name", table));
        return store.Read(
            "SELECT id, schema, last_run, content_hash, next_slot FROM sync_table WHERE source = @source AND name = @name",
            row => new KnownTable(
                row.GetInt64(0),
                row.IsDBNull(1) ? null : JsonSerializer.Deserialize(row.GetString(1), ProtocolJson.Default.SyncSchema),
                row.IsDBNull(2) ? null : row.GetString(2),
                row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
                row.GetInt64(4)),
            ("@source", source), ("@name", table)).Single();
    }

    public PendingRun? FindRun(long table)
    {
        var run = store.Read(
            "SELECT run, request, totals, content_hash, next_slot FROM pending_run WHERE table_id = @table",
            row => new PendingRun(
                row.GetString(0),
                JsonSerializer.Deserialize(row.GetString(1), ProtocolJson.Default.RunRequest)!,
                JsonSerializer.Deserialize(row.GetString(2), ProtocolJson.Default.ControlTotals)!,
                row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
                row.GetInt64(4),
                []),
            ("@table", table)).SingleOrDefault();
        return run is null ? null : run with
        {
            BatchHashes = [.. store.Read("SELECT sha256 FROM pending_batch WHERE table_id = @table ORDER BY number", row => row.GetFieldValue<byte[]>(0), ("@table", table))],
            Rows = store.Read("SELECT coalesce(sum(rows), 0) FROM pending_batch WHERE table_id = @table", row => row.GetInt64(0), ("@table", table)).Single(),
        };
    }

    /// <summary>The compressed bytes of a batch, and how many rows are in it.</summary>
    public (byte[] Body, int Rows) ReadBatch(long table, int number) => store.Read(
        "SELECT body, rows FROM pending_batch WHERE table_id = @table AND number = @number",
        row => (store.Key.Decrypt(row.GetFieldValue<byte[]>(0)), row.GetInt32(1)),
        ("@table", table), ("@number", number)).Single();

    public void AddBatch(long table, int number, Batch batch, byte[] compressed) => store.Execute(
        "INSERT INTO pending_batch (table_id, number, sha256, rows, body) VALUES (@table, @number, @sha256, @rows, @body)",
        ("@table", table), ("@number", number), ("@sha256", batch.Sha256), ("@rows", batch.Rows), ("@body", store.Key.Encrypt(compressed)));

    public void AddRun(long table, PendingRun run) => store.Execute(
        "INSERT INTO pending_run (table_id, run, request, totals, content_hash, next_slot) VALUES (@table, @run, @request, @totals, @hash, @slot)",
        ("@table", table), ("@run", run.Run),
        ("@request", JsonSerializer.Serialize(run.Request, ProtocolJson.Default.RunRequest)),
        ("@totals", JsonSerializer.Serialize(run.Totals, ProtocolJson.Default.ControlTotals)),
        ("@hash", run.ContentHash), ("@slot", run.NextSlot));

    /// <summary>Gives the run on its way another id, because the server has forgotten the old one. What was read from the source stays.</summary>
    public void Rename(long table, string run) => store.Execute("UPDATE pending_run SET run = @run WHERE table_id = @table", ("@table", table), ("@run", run));

    /// <summary>The server has the run: what it holds is now what the server is known to have.</summary>
    public void Committed(long table, PendingRun run)
    {
        using var transaction = store.Begin();
        if (run.Request.Mode == SyncMode.Snapshot)
        {
            store.Execute("DELETE FROM row_state WHERE table_id = @table", ("@table", table));
        }
        else
        {
            store.Execute(
                "DELETE FROM row_state WHERE table_id = @table AND key_hash IN (SELECT key_hash FROM pending_row WHERE table_id = @table AND row_hash IS NULL)", ("@table", table));
        }

        store.Execute(
            """
            INSERT OR REPLACE INTO row_state (table_id, key_hash, row_hash, slot, key)
            SELECT table_id, key_hash, row_hash, slot, key FROM pending_row WHERE table_id = @table AND row_hash IS NOT NULL
            """,
            ("@table", table));
        store.Execute(
            "UPDATE sync_table SET schema = @schema, last_run = @run, content_hash = @hash, next_slot = @slot WHERE id = @table",
            ("@table", table), ("@schema", JsonSerializer.Serialize(run.Request.Schema, ProtocolJson.Default.SyncSchema)), ("@run", run.Run), ("@hash", run.ContentHash), ("@slot", run.NextSlot));
        Discard(table);
        transaction.Commit();
    }

    /// <summary>Drops what is on its way, or what is left of a scan that was interrupted.</summary>
    public void Discard(long table)
    {
        store.Execute("DELETE FROM pending_row WHERE table_id = @table", ("@table", table));
        store.Execute("DELETE FROM pending_batch WHERE table_id = @table", ("@table", table));
        store.Execute("DELETE FROM pending_run WHERE table_id = @table", ("@table", table));
    }

    /// <summary>Forgets what the server has: the next run is a snapshot.</summary>
    public void Forget(long table)
    {
        using var transaction = store.Begin();
        Discard(table);
        store.Execute("UPDATE sync_table SET last_run = NULL, content_hash = NULL WHERE id = @table", ("@table", table));
        transaction.Commit();
    }

    /// <summary>Removes all that is known of the tables of a source; null: of all sources.</summary>
    public void Remove(string? source)
    {
        using var transaction = store.Begin();
        var tables = store.Read("SELECT id FROM sync_table WHERE @source IS NULL OR source = @source", row => row.GetInt64(0), ("@source", source)).ToList();
        foreach (var table in tables)
        {
            Discard(table);
            store.Execute("DELETE FROM row_state WHERE table_id = @table", ("@table", table));
            store.Execute("DELETE FROM sync_table WHERE id = @table", ("@table", table));
        }

        store.Execute("DELETE FROM source_object WHERE @source IS NULL OR source = @source", ("@source", source));
        transaction.Commit();
    }

    public RowLookup Lookup(long table) => new(store, table);

    public PendingRows Pending(long table) => new(store, table);

    /// <summary>The encrypted keys of rows whose slot was not seen. What the caller writes down meanwhile does not change them.</summary>
    public IEnumerable<(byte[] KeyHash, long Slot, byte[] Key)> Unseen(long table, SlotSet seen) => store.Read(
            "SELECT slot, key_hash, key FROM row_state WHERE table_id = @table",
            row => row.GetInt64(0) is var slot && seen.Contains(slot) ? default : (KeyHash: row.GetFieldValue<byte[]>(1), Slot: slot, Key: row.GetFieldValue<byte[]>(2)),
            ("@table", table))
        .Where(row => row.KeyHash is not null);
}

/// <summary>Finds what the server has of a row.</summary>
internal sealed class RowLookup : IDisposable
{
    private readonly SqliteCommand command;

    public RowLookup(OutboxStore store, long table)
    {
        command = store.Prepare("SELECT row_hash, slot FROM row_state WHERE table_id = @table AND key_hash = @hash", "@table", "@hash");
        command.Parameters[0].Value = table;
    }

    /// <returns>False if the server does not have it.</returns>
    public bool TryFind(byte[] keyHash, Span<byte> rowHash, out long slot)
    {
        command.Parameters[1].Value = keyHash;
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            slot = -1;
            return false;
        }

        reader.GetFieldValue<byte[]>(0).CopyTo(rowHash);
        slot = reader.GetInt64(1);
        return true;
    }

    public void Dispose() => command.Dispose();
}

/// <summary>Writes down what a run changes.</summary>
internal sealed class PendingRows : IDisposable
{
    private readonly SqliteCommand command;

    public PendingRows(OutboxStore store, long table)
    {
        command = store.Prepare(
            "INSERT INTO pending_row (table_id, key_hash, row_hash, slot, key) VALUES (@table, @hash, @row, @slot, @key) ON CONFLICT DO NOTHING",
            "@table", "@hash", "@row", "@slot", "@key");
        command.Parameters[0].Value = table;
    }

    /// <param name="rowHash">Null: the row is deleted.</param>
    /// <returns>False if a row with this key was written down before.</returns>
    public bool TryAdd(byte[] keyHash, byte[]? rowHash, long slot, byte[]? key)
    {
        command.Parameters[1].Value = keyHash;
        command.Parameters[2].Value = (object?)rowHash ?? DBNull.Value;
        command.Parameters[3].Value = slot;
        command.Parameters[4].Value = (object?)key ?? DBNull.Value;
        return command.ExecuteNonQuery() == 1;
    }

    public void Dispose() => command.Dispose();
}

/// <summary>Which slots were seen: a bit each, so that a million rows take 125 kB.</summary>
internal sealed class SlotSet(long capacity)
{
    private readonly ulong[] bits = new ulong[(capacity / 64) + 1];

    /// <returns>False if it was there already.</returns>
    public bool Add(long slot)
    {
        var bit = 1UL << (int)(slot % 64);
        var isNew = (bits[slot / 64] & bit) == 0;
        bits[slot / 64] |= bit;
        return isNew;
    }

    public bool Contains(long slot) => (bits[slot / 64] & (1UL << (int)(slot % 64))) != 0;
}
