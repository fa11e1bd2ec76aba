using WorkspaceServer.Agent.Outbox;

namespace WorkspaceServer.Agent.Sources.Tally;

/// <summary>The books of one company in Tally. Objects that did not change since the last time come from a cache, so that Tally is asked for little.</summary>
/// <remarks>
/// Tally gives each object a GUID for life, and a new AlterID, higher than all before, with each change. So the list of both tells what is new,
/// changed and gone; only the new and changed are fetched. What is gone is simply no longer among the rows.
/// </remarks>
internal sealed class TallySource(TallyClient client, ObjectCache cache) : ISource
{
    /// <summary>How many numbers of changes one request for heavy objects spans.</summary>
    public const int PortionOfChanges = 2_000;

    public async Task<IReadOnlyList<SourceTable>> ListAsync(CancellationToken cancel)
    {
        if ((await client.CompaniesAsync(cancel)).Count == 0)
        {
            throw new SourceException("No company is open in Tally.");
        }

        return [.. TallyCollections.All.SelectMany(collection => collection.Tables).Select(table => new SourceTable(table.Name, table.Key))];
    }

    public async Task<ISourceRows> OpenAsync(string table, CancellationToken cancel)
    {
        var collection = TallyCollections.All.FirstOrDefault(each => each.Tables.Any(one => one.Name == table))
            ?? throw new SourceException($"Nothing of Tally is read into a table '{table}'.");
        var guids = await RefreshAsync(collection, cancel);
        return new TallyRows(cache, collection, collection.Tables.First(each => each.Name == table), guids);
    }

    /// <summary>Brings the cache to where Tally is.</summary>
    /// <returns>The objects that there are, in the order in which Tally lists them.</returns>
    private async Task<IReadOnlyList<string>> RefreshAsync(TallyCollection collection, CancellationToken cancel)
    {
        var known = cache.Numbers(collection.Type);
        var guids = new List<string>();
        var changed = new HashSet<string>(StringComparer.Ordinal);
        var range = (First: long.MaxValue, Last: long.MinValue);
        await foreach (var (guid, alterId) in client.ListAsync(collection, cancel))
        {
            guids.Add(guid);
            if (!known.TryGetValue(guid, out var number) || number != alterId)
            {
                changed.Add(guid);
                range = (Math.Min(range.First, alterId), Math.Max(range.Last, alterId));
            }
        }

        for (var after = range.First - 1; changed.Count > 0 && after < range.Last;)
        {
            var through = collection.IsHeavy ? Math.Min(range.Last, after + PortionOfChanges) : range.Last;
            var portion = new List<(string Guid, long AlterId, IReadOnlyList<IReadOnlyList<string?[]>> Tables)>();
            await foreach (var each in client.ReadAsync(collection, after, through, cancel))
            {
                if (changed.Remove(each.Guid))
                {
                    portion.Add((each.Guid, each.AlterId, [.. collection.Tables.Select(table => TallyValue.Rows(each, table).ToList())]));
                }
            }

            cache.Put(collection.Type, portion);
            after = through;
        }

        // What changed between the list and the fetch has a higher number than was asked for: the next time will find it.
        cache.Keep(collection.Type, guids);
        return guids;
    }

    private sealed class TallyRows(ObjectCache cache, TallyCollection collection, TallyTable table, IReadOnlyList<string> guids) : ISourceRows
    {
        private readonly int index = collection.Tables.ToList().IndexOf(table);
        private IReadOnlyList<string?[]> rows = [];
        private int nextObject;
        private int row = -1;

        public IReadOnlyList<SourceColumn> Columns { get; } = [.. table.AllColumns];

        public ValueTask<bool> ReadAsync(CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            row++;
            while (row >= rows.Count && nextObject < guids.Count)
            {
                // One that changed while it was asked for is missing once; its rows come with the next sync.
                rows = cache.Get(collection.Type, guids[nextObject++]) is { } tables ? tables[index] : [];
                row = 0;
            }

            return ValueTask.FromResult(row < rows.Count);
        }

        public bool TryGetCell(int column, out ReadOnlySpan<char> text)
        {
            text = rows[row][column];
            return rows[row][column] is not null;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
