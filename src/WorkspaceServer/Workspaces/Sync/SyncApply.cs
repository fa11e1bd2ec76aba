using Microsoft.Data.Sqlite;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Workspaces.Sync;

/// <param name="Table">As it is after the run.</param>
/// <param name="Totals">Of all its columns.</param>
internal sealed record Applied(TableSchema Table, string? FullText, ControlTotals Totals, long RowsIn, long Changed, long Deleted);

/// <summary>Makes a table of a run's batches, inside the transaction that commits them.</summary>
internal static class SyncApply
{
    private const int Constraint = 19;

    /// <exception cref="ProblemException">A key comes twice.</exception>
    public static Applied Apply(SqliteConnection connection, StoredRun run, CatalogTable? old)
    {
        try
        {
            return run.Request.Mode == SyncMode.Snapshot ? Snapshot(connection, run, old) : Changes(connection, run, old);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == Constraint)
        {
            throw new ProblemException(
                ProblemCodes.InvalidData, $"The key ({string.Join(", ", run.Request.Schema.Key)}) of {run.Request.Schema.Table} comes twice in the rows. Choose another key, or mend the data at its source.", error);
        }
    }

    /// <summary>Puts the staged rows in the table's place.</summary>
    private static Applied Snapshot(SqliteConnection connection, StoredRun run, CatalogTable? old)
    {
        var table = SyncSchemas.Merge(old?.Schema, run.Request.Schema, run.Request.Source);
        var counter = new BigTotals(table);
        foreach (var batch in SyncStore.Batches(connection, run.Number))
        {
            counter.Add(batch.Totals);
        }

        var totals = counter.Totals;
        var fullText = TableStore.Swap(connection, StagingName.OfRun(run.Number), table);
        return new Applied(table, fullText, totals, totals.Rows, totals.Rows, old?.RowCount ?? 0);
    }

    /// <summary>Adds, replaces and removes rows, in the order in which they were sent.</summary>
    private static Applied Changes(SqliteConnection connection, StoredRun run, CatalogTable? old)
    {
        var sent = run.Request.Schema;
        var table = SyncSchemas.Merge(old?.Schema, sent, run.Request.Source);
        var fullText = Widen(connection, table, old);
        var counter = TotalsCounter.From(SyncSchemas.ToProtocol(table), new ControlTotals(old?.RowCount ?? 0, old?.Totals ?? new Dictionary<string, string>()));
        var places = SyncSchemas.Places(table, sent);
        using var rows = new RowStore(connection, table);
        var (rowsIn, changed, deleted) = (0L, 0L, 0L);
        var cells = new Cell[sent.Columns.Count];
        foreach (var batch in SyncStore.Batches(connection, run.Number))
        {
            var reader = new BatchReader(BatchCompression.Decompress(batch.Payload), sent);
            while (reader.Read(cells, out var kind))
            {
                rowsIn++;
                var row = new Cell[table.Columns.Count];
                for (var i = 0; i < places.Length; i++)
                {
                    row[places[i]] = cells[i];
                }

                var found = run.Request.Mode == SyncMode.Upsert ? rows.Find(row) : null;
                if (kind == RowKind.Delete)
                {
                    deleted += Remove(rows, found, counter);
                }
                else
                {
                    changed += Put(rows, found, row, places, counter);
                }
            }
        }

        return new Applied(table, fullText, counter.Totals, rowsIn, changed, deleted);
    }

    private static int Remove(RowStore rows, (long Row, Cell[] Cells)? found, TotalsCounter counter)
    {
        if (found is not { } old)
        {
            return 0;
        }

        rows.Delete(old.Row, old.Cells);
        counter.Subtract(old.Cells);
        return 1;
    }

    private static int Put(RowStore rows, (long Row, Cell[] Cells)? found, Cell[] row, int[] places, TotalsCounter counter)
    {
        if (found is not { } old)
        {
            rows.Insert(row);
            counter.Add(row);
            return 1;
        }

        // Columns that are no longer sent keep what they hold.
        var merged = (Cell[])old.Cells.Clone();
        foreach (var place in places)
        {
            merged[place] = row[place];
        }

        if (merged.AsSpan().SequenceEqual(old.Cells))
        {
            return 0;
        }

        rows.Update(old.Row, old.Cells, merged);
        counter.Subtract(old.Cells);
        counter.Add(merged);
        return 1;
    }

    /// <summary>Makes the table, or gives it the columns that are new.</summary>
    private static string? Widen(SqliteConnection connection, TableSchema table, CatalogTable? old)
    {
        if (old is null)
        {
            TableStore.CreateStaging(connection, StagingName.OfRun(0), table);
            return TableStore.Swap(connection, StagingName.OfRun(0), table);
        }

        var added = table.Columns.Skip(old.Schema.Columns.Count).ToArray();
        return added.Length == 0 ? old.FullTextTable : TableStore.AddColumns(connection, table, added);
    }

    /// <summary>Sums the totals of batches, by the columns of the table; one that was not sent has the sum of nothing.</summary>
    private sealed class BigTotals(TableSchema table)
    {
        private readonly Dictionary<string, (SyncType Type, ExactSum Sum)> sums = SyncSchemas.ToProtocol(table).Columns
            .Where(column => ExactSum.Sums(column.Type))
            .ToDictionary(column => column.Name, column => (column.Type, new ExactSum(column.Type)), StringComparer.OrdinalIgnoreCase);

        private long rows;

        public ControlTotals Totals => new(rows, sums.ToDictionary(each => each.Key, each => each.Value.Sum.ToString(), StringComparer.Ordinal));

        public void Add(ControlTotals more)
        {
            rows += more.Rows;
            foreach (var (name, text) in more.Sums)
            {
                var (type, sum) = sums[name];
                ExactSum.TryParse(text, type, out var part);
                sum.Add(part);
                sums[name] = (type, sum);
            }
        }
    }
}
