using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <param name="Leaves">Whether it is sent to the workspace.</param>
internal sealed record PreviewColumn(string Name, string Header, SyncType Type, bool Leaves);

/// <summary>Exactly what of a table would leave this computer.</summary>
/// <param name="Key">Of the settings, or for a new source one that was found.</param>
/// <param name="FirstRows">Only the columns that leave, in their order.</param>
internal sealed record TablePreview(
    string Table, string Name, long Rows, IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<string> Key, IReadOnlyList<IReadOnlyList<string?>> FirstRows);

/// <summary>Reads a table once, without sending anything, to show what would be sent.</summary>
internal static class SourcePreview
{
    /// <summary>Longest text of a cell that is shown, in characters.</summary>
    private const int MaxShownChars = 40;

    // Columns of these names are keys if their values are unique.
    private static readonly string[] KeyEndings = ["id", "code", "number", "no", "guid", "key"];

    /// <param name="findKey">Whether to look for a key, because the settings have none yet.</param>
    public static async Task<TablePreview> RunAsync(ISource source, TableConfig table, int maxRows, bool findKey, OutboxKey hashKey, CancellationToken cancel)
    {
        await using var rows = await source.OpenAsync(table.Table, cancel);
        var guesses = rows.Columns.Select(column => new TypeGuess(column.Type)).ToArray();
        var candidates = findKey ? Candidates(rows.Columns, table, hashKey) : [];
        var first = new List<IReadOnlyList<string?>>();
        var count = 0L;
        while (await rows.ReadAsync(cancel))
        {
            count++;
            for (var index = 0; index < guesses.Length; index++)
            {
                if (rows.TryGetCell(index, out var text))
                {
                    guesses[index].Look(text);
                }
            }

            candidates.RemoveAll(candidate => !candidate.Add(rows));
            if (first.Count < maxRows)
            {
                first.Add([.. rows.Columns.Index().Where(column => table.Leaves(column.Item.Name)).Select(column => Shown(rows, column.Index))]);
            }
        }

        var columns = rows.Columns.Select((column, index) => new PreviewColumn(column.Name, column.Header, guesses[index].Type, table.Leaves(column.Name))).ToList();
        var key = table.Key.Count == 0 && count > 0 && candidates is [var unique, ..] ? [unique.Name] : table.Key;
        return new TablePreview(table.Table, table.Name, count, columns, key, first);
    }

    private static List<Candidate> Candidates(IReadOnlyList<SourceColumn> columns, TableConfig table, OutboxKey hashKey) =>
    [
        .. columns.Index()
            .Where(column => table.Leaves(column.Item.Name) && KeyEndings.Any(end => column.Item.Name.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
            .Take(3)
            .Select(column => new Candidate(column.Item.Name, column.Index, hashKey)),
    ];

    private static string? Shown(ISourceRows rows, int column) => !rows.TryGetCell(column, out var text) ? null
        : text.Length <= MaxShownChars ? text.ToString()
        : string.Concat(text[..MaxShownChars], "…");

    /// <summary>A column whose values may turn out to be unique.</summary>
    private sealed class Candidate(string name, int index, OutboxKey hashKey)
    {
        private readonly HashSet<UInt128> seen = [];
        private readonly RowHasher hasher = new(hashKey);

        public string Name => name;

        /// <returns>False if the value is missing, or was there before.</returns>
        public bool Add(ISourceRows rows)
        {
            if (!rows.TryGetCell(index, out var text) || text.IsEmpty)
            {
                return false;
            }

            Span<byte> hash = stackalloc byte[OutboxKey.HashBytes];
            hasher.Begin();
            hasher.Add(text);
            hasher.Finish(hash);
            return seen.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash));
        }
    }
}
