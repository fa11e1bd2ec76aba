using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>What is looked at of each row: its hash and its numbers. Its texts become cells only if it has changed.</summary>
internal sealed class RowReading(OutboxKey key, TableShape shape)
{
    private readonly RowHasher hasher = new(key);
    private readonly Cell[] cells = new Cell[shape.Columns.Count];
    private readonly bool[] isSummed = [.. shape.Schema.Columns.Select(column => ExactSum.Sums(column.Type))];

    public TotalsCounter Totals { get; } = new(shape.Schema);

    public byte[] RowHash { get; } = new byte[OutboxKey.HashBytes];

    /// <summary>Of all rows so far, in their order.</summary>
    public byte[] ContentHash { get; } = new byte[OutboxKey.HashBytes];

    /// <exception cref="DoesNotFitException">A value does not fit its column's type.</exception>
    public void Read(ISourceRows row)
    {
        hasher.Begin();
        for (var index = 0; index < cells.Length; index++)
        {
            cells[index] = Cell.Null;
            var type = shape.Schema.Columns[index].Type;
            if (!row.TryGetCell(shape.Columns[index], out var text) || (text.IsEmpty && type != SyncType.Text))
            {
                hasher.AddNull();
                continue;
            }

            hasher.Add(text);
            if (isSummed[index] ? !TypeGuess.TryCell(text, type, out cells[index]) : !TypeGuess.Fits(text, type))
            {
                throw new DoesNotFitException();
            }
        }

        hasher.Finish(RowHash);
        Totals.Add(cells);
    }

    /// <summary>Takes the row into the hash of all rows.</summary>
    public void Chain()
    {
        Span<byte> both = stackalloc byte[2 * OutboxKey.HashBytes];
        ContentHash.CopyTo(both);
        RowHash.CopyTo(both[OutboxKey.HashBytes..]);
        key.Hash(both, ContentHash);
    }

    /// <summary>The hash of the row's key.</summary>
    /// <exception cref="SourceException">The row has no value there.</exception>
    public byte[] KeyHash(ISourceRows row)
    {
        hasher.Begin();
        foreach (var index in shape.Key)
        {
            hasher.Add(KeyText(row, index));
        }

        var hash = new byte[OutboxKey.HashBytes];
        hasher.Finish(hash);
        return hash;
    }

    public string?[] KeyTexts(ISourceRows row)
    {
        var texts = new string?[shape.Key.Count];
        for (var at = 0; at < texts.Length; at++)
        {
            texts[at] = KeyText(row, shape.Key[at]).ToString();
        }

        return texts;
    }

    /// <summary>All cells of the row that was read last.</summary>
    public ReadOnlySpan<Cell> Cells(ISourceRows row)
    {
        for (var index = 0; index < cells.Length; index++)
        {
            if (!isSummed[index] && row.TryGetCell(shape.Columns[index], out var text)
                && !TypeGuess.TryCell(text, shape.Schema.Columns[index].Type, out cells[index]))
            {
                throw new DoesNotFitException();
            }
        }

        return cells;
    }

    private ReadOnlySpan<char> KeyText(ISourceRows row, int index)
    {
        var column = shape.Schema.Columns[index];
        return row.TryGetCell(shape.Columns[index], out var text) && (text.Length > 0 || column.Type == SyncType.Text)
            ? text
            : throw new SourceException(FormattableString.Invariant($"Row {Totals.Rows} of {shape.Schema.Table} has no value in its key column {column.Name}. Fill it in, or add the source with another key."));
    }
}
