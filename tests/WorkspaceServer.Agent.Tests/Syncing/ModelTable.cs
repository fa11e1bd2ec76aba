using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Tests.Syncing;

/// <summary>What a server that follows the protocol has of one table: a few lines to compare the agent with.</summary>
internal sealed class ModelTable
{
    private readonly List<Cell[]> rows = [];

    public string? LastRun { get; private set; }

    public SyncSchema? Schema { get; private set; }

    public IReadOnlyList<string[]> Rows => [.. rows.Select(row => row.Select(cell => cell.Kind == CellKind.Null ? "(null)" : cell.ToString()).ToArray())];

    /// <summary>Applies a run batch by batch, and compares the totals as a server does.</summary>
    /// <returns>Rows and deletes that came.</returns>
    public int Apply(TableStateStore states, long table, PendingRun run)
    {
        var schema = run.Request.Schema;
        if (run.Request.Mode == SyncMode.Snapshot)
        {
            rows.Clear();
        }
        else if (run.Request.BasedOn != LastRun)
        {
            throw new InvalidOperationException("base_differs");
        }

        var came = 0;
        for (var number = 1; number <= run.BatchHashes.Count; number++)
        {
            var reader = new BatchReader(BatchCompression.Decompress(states.ReadBatch(table, number).Body), schema);
            var cells = new Cell[schema.Columns.Count];
            while (reader.Read(cells, out var kind))
            {
                came++;
                if (schema.Key.Count > 0)
                {
                    rows.RemoveAll(row => schema.Key.All(column => row[IndexOf(schema, column)] == cells[IndexOf(schema, column)]));
                }

                if (kind == RowKind.Put)
                {
                    rows.Add([.. cells]);
                }
            }
        }

        var counter = new TotalsCounter(schema);
        rows.ForEach(row => counter.Add(row));
        if (TotalsCounter.Difference(counter.Totals, run.Totals) is { } difference)
        {
            throw new InvalidOperationException(difference);
        }

        (LastRun, Schema) = (run.Run, schema);
        return came;
    }

    private static int IndexOf(SyncSchema schema, string column) => schema.Columns.Select(each => each.Name).ToList().IndexOf(column);
}
