using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Tests.Syncing;

/// <summary>What a server that follows the protocol has of one table: a few lines to compare the agent with.</summary>
internal sealed class ModelTable
{
    private Dictionary<string, Cell[]> rows = [];

    public string? LastRun { get; private set; }

    public SyncSchema? Schema { get; private set; }

    /// <summary>Rows and deletes that came with the last run.</summary>
    public int Came { get; private set; }

    public IReadOnlyList<string[]> Rows => [.. rows.Values.Select(row => row.Select(cell => cell.Kind == CellKind.Null ? "(null)" : cell.ToString()).ToArray())];

    /// <summary>The rows as lines, in an order of their own.</summary>
    public IReadOnlyList<string> Lines => [.. Rows.Select(row => string.Join(' ', row)).Order(StringComparer.Ordinal)];

    /// <summary>Applies a run batch by batch, and compares the totals as a server does. Nothing is changed if they differ.</summary>
    /// <param name="bodies">Compressed batches.</param>
    /// <returns>The totals.</returns>
    /// <exception cref="InvalidOperationException">With the protocol's code.</exception>
    public ControlTotals Apply(string run, RunRequest request, IEnumerable<byte[]> bodies, ControlTotals totals)
    {
        var schema = request.Schema;
        if (request.Mode != SyncMode.Snapshot && (request.BasedOn is null || request.BasedOn != LastRun))
        {
            throw new InvalidOperationException(SyncProblems.BaseDiffers);
        }

        var next = request.Mode == SyncMode.Snapshot ? [] : new Dictionary<string, Cell[]>(rows);
        var key = schema.Key.Select(column => schema.Columns.Select(each => each.Name).ToList().IndexOf(column)).ToList();
        var came = 0;
        foreach (var body in bodies)
        {
            var reader = new BatchReader(BatchCompression.Decompress(body), schema);
            var cells = new Cell[schema.Columns.Count];
            while (reader.Read(cells, out var kind))
            {
                came++;
                var name = key.Count == 0 ? $"{run} {came}" : string.Join('\u001f', key.Select(index => cells[index].ToString()));
                if (kind == RowKind.Put)
                {
                    next[name] = [.. cells];
                }
                else
                {
                    next.Remove(name);
                }
            }
        }

        var counter = new TotalsCounter(schema);
        foreach (var row in next.Values)
        {
            counter.Add(row);
        }

        if (TotalsCounter.Difference(counter.Totals, totals) is not null)
        {
            throw new InvalidOperationException(SyncProblems.TotalsDiffer);
        }

        (rows, LastRun, Schema, Came) = (next, run, schema, came);
        return counter.Totals;
    }
}
