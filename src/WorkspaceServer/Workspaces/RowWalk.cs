using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>A filter as SQL over the table "t", with the values of its parameters.</summary>
internal sealed record RowConditions(string Sql, IReadOnlyList<SqlValue> Parameters);

/// <param name="Rows">What fitted, in the order of the walk.</param>
/// <param name="Reached">The number up to which rows were looked at; null if there are no others, or enough were found.</param>
internal sealed record WalkedRows(IReadOnlyList<SqlValue[]> Rows, long? Reached);

/// <param name="Column">Quoted, with its table.</param>
/// <param name="Start">Which rows come after the page before, by this order; all of them on the first.</param>
internal sealed record WalkedOrder(string Column, bool IsDescending, RowConditions Start);

/// <summary>How far a walk has come that looks for the first rows of an order.</summary>
/// <param name="Reached">The number up to which rows were looked at.</param>
/// <param name="Best">The numbers of the first rows among those, in no order.</param>
internal sealed record SortProgress(long Reached, IReadOnlyList<long> Best);

/// <summary>
/// Looks for rows that fit, in the order of their numbers, a stretch of numbers at a time, until there are enough or the time is over. So a filter on a column
/// without an index is answered in time however long the table is, and the caller goes on where the walk stopped.
/// </summary>
/// <remarks>
/// A text that has to be equal is a phrase of the full-text index in the same column, which leads to the few rows that may fit; each is still compared.
/// </remarks>
/// <param name="list">The columns that are asked for, of the table "t"; the row's number is the first.</param>
internal sealed class RowWalk(CatalogTable table, RowsMessage message, RowConditions conditions, string list, Func<SandboxRequest, Task<SandboxReply>> ask)
{
    /// <summary>Numbers of the first stretch.</summary>
    public const long FirstStretch = 8192;

    /// <summary>Rows of a table that is always looked through to its end: that takes no time worth saving.</summary>
    public const long AlwaysWhole = 20_000;

    private const int Growth = 4;

    /// <summary>A stretch that took less is followed by a longer one, and one that took more than <see cref="Long"/> by a shorter one.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(10);

    /// <summary>Where the walk goes to the end anyway if there is time, fewer and longer stretches cost less.</summary>
    private const int SortingPace = 8;

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly LookingTime time = message.Time ?? LookingTime.OfPages;
    private (long First, long Last)? ends;
    private long stretch = FirstStretch;

    /// <summary>A question to the full-text index that every row answers which fits; null if no filter is of that kind. A value without a letter or digit may be no word at all.</summary>
    private string? Phrase { get; } = table.FullTextTable is null ? null : message.Filters.Where(filter => filter.Operator == FilterOperator.Is && filter.Value.Any(char.IsAsciiLetterOrDigit))
        .Select(filter => (filter.Value, Column: table.Schema.Columns.FirstOrDefault(column => column.IsSearchable && column.Name.Equals(filter.Column, StringComparison.OrdinalIgnoreCase))))
        .Where(filter => filter.Column is not null)
        .Select(filter => $"{{{Identifiers.Quote(filter.Column!.Name)}}} : {Identifiers.Quote(filter.Value)}")
        .FirstOrDefault();

    private string Source => Phrase is null
        ? $"main.{Identifiers.Quote(table.Schema.Name)} AS t"
        : $"main.{Identifiers.Quote(table.FullTextTable!)} CROSS JOIN main.{Identifiers.Quote(table.Schema.Name)} AS t ON t.rowid = {Identifiers.Quote(table.FullTextTable!)}.rowid AND {Identifiers.Quote(table.FullTextTable!)} MATCH ?";

    private string Number => Phrase is null ? "t.rowid" : $"{Identifiers.Quote(table.FullTextTable!)}.rowid";

    /// <summary>Rows that fit behind a number, or before it if the order is descending.</summary>
    public async Task<WalkedRows> FindAsync(long? after, bool isDescending, int wanted)
    {
        var rows = new List<SqlValue[]>();
        var direction = isDescending ? "DESC" : "ASC";
        await foreach (var (from, to) in StretchesAsync(after, isDescending))
        {
            rows.AddRange((await ask(Ask(list, from, to, $"ORDER BY {Number} {direction} LIMIT {wanted - rows.Count}", wanted - rows.Count))).Rows);
            if (rows.Count >= wanted)
            {
                return new WalkedRows(rows, null);
            }

            var (reached, isEnd) = isDescending ? (from + 1, from < ends!.Value.First) : (to, to >= ends!.Value.Last);
            if (!isEnd && IsOver(time.Finding))
            {
                return new WalkedRows(rows, reached);
            }
        }

        return new WalkedRows(rows, null);
    }

    /// <summary>
    /// Looks for the first rows of an order that no index gives: those of each stretch against the first so far. The order is SQLite's own throughout.
    /// </summary>
    /// <param name="from">Where another walk for the same page stopped.</param>
    /// <returns>Null in Reached if the whole table was looked through.</returns>
    public async Task<(IReadOnlyList<long> Best, long? Reached)> SortAsync(WalkedOrder order, SortProgress? from, int wanted)
    {
        IReadOnlyList<long> best = from?.Best ?? [];
        await foreach (var (first, last) in StretchesAsync(from?.Reached, isDescending: false, SortingPace))
        {
            best = [.. (await ask(AskFirst(order, first, last, best, wanted))).Rows.Select(row => row[0].AsInteger())];
            if (last < ends!.Value.Last && IsOver(time.Sorting))
            {
                return (best, last);
            }
        }

        return (best, null);
    }

    /// <summary>Counts rows that fit behind a number.</summary>
    /// <returns>How many, and whether these are all; counting ends above the bound, or when the time is over.</returns>
    public async Task<(long Found, bool IsAll)> CountAsync(long? after, long bound)
    {
        var found = 0L;
        if (IsOver(time.Counting))
        {
            return (0, false);
        }

        await foreach (var (from, to) in StretchesAsync(after, isDescending: false))
        {
            found += (await ask(Ask("1", from, to, $"LIMIT {bound + 1 - found}", 1, "SELECT count(*) FROM ("))).Rows[0][0].AsInteger();
            if (found > bound || (to < ends!.Value.Last && IsOver(time.Counting)))
            {
                return (found, false);
            }
        }

        return (found, true);
    }

    /// <summary>How much of the table lies up to this number, in percent.</summary>
    public int PercentUpTo(long reached, bool isDescending)
    {
        var (first, last) = ends!.Value;
        return (int)(100 * (decimal)(isDescending ? last - reached + 1 : reached - first + 1) / (last - first + 1));
    }

    private bool IsOver(TimeSpan most) => table.RowCount > AlwaysWhole && Stopwatch.GetElapsedTime(started) > most;

    /// <summary>Stretches of numbers: those above From, up to To.</summary>
    /// <param name="pace">How many times as long as usual a stretch may take.</param>
    private async IAsyncEnumerable<(long From, long To)> StretchesAsync(long? after, bool isDescending, int pace = 1)
    {
        ends ??= await EndsAsync();
        var (first, last) = ends.Value;
        var at = isDescending ? Math.Min(last, (after ?? last + 1) - 1) : Math.Max(first - 1, after ?? (first - 1));
        while (isDescending ? at >= first : at < last)
        {
            var (from, to) = isDescending ? (Math.Max(first - 1, at - stretch), at) : (at, Math.Min(last, at + stretch));
            var begun = Stopwatch.GetTimestamp();
            yield return (from, to);
            at = isDescending ? from : to;
            var took = Stopwatch.GetElapsedTime(begun);
            stretch = took < pace * Short ? Math.Min(stretch * Growth, long.MaxValue / 16) : took > pace * Long ? Math.Max(FirstStretch / Growth, stretch / Growth) : stretch;
        }
    }

    private async Task<(long First, long Last)> EndsAsync()
    {
        // Each by itself is a look at one end of the table; together they would read all of it (sqlite.org/optoverview.html, section 13).
        var row = (await ask(new SandboxRequest(
            $"SELECT (SELECT min(rowid) FROM main.{Identifiers.Quote(table.Schema.Name)}), (SELECT max(rowid) FROM main.{Identifiers.Quote(table.Schema.Name)})", [], IsServerSql: true, 1, SandboxLimits.MaxResultBytes, message.Deadline))).Rows[0];
        return row[0].IsNull ? (1, 0) : (row[0].AsInteger(), row[1].AsInteger());
    }

    private SandboxRequest Ask(string columns, long from, long to, string end, int maxRows, string? around = null)
    {
        List<SqlValue> parameters = [.. Phrase is null ? [] : new SqlValue[] { Phrase }, from, to, .. conditions.Parameters];
        var sql = $"SELECT {columns} FROM {Source} WHERE {Number} > ? AND {Number} <= ? AND {conditions.Sql} {end}";
        return new SandboxRequest(around is null ? sql : around + sql + ")", parameters, IsServerSql: true, maxRows, SandboxLimits.MaxResultBytes, message.Deadline);
    }

    /// <summary>The numbers of the first rows among those of a stretch and those that were the first before it.</summary>
    private SandboxRequest AskFirst(WalkedOrder order, long from, long to, IReadOnlyList<long> best, int wanted)
    {
        SqlValue[] fitting = [.. conditions.Parameters, .. order.Start.Parameters];
        List<SqlValue> parameters = [.. Phrase is null ? [] : new SqlValue[] { Phrase }, from, to, .. fitting, .. fitting];
        var direction = order.IsDescending ? "DESC" : "ASC";
        var numbers = string.Join(',', best.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        // The sign keeps SQLite from following an index of the column instead of the numbers (sqlite.org/optoverview.html, section 7).
        var sql = $"""
            SELECT number FROM (
                SELECT {Number} AS number, +{order.Column} AS value FROM {Source} WHERE {Number} > ? AND {Number} <= ? AND {conditions.Sql} AND {order.Start.Sql}
                UNION ALL
                SELECT t.rowid, +{order.Column} FROM main.{Identifiers.Quote(table.Schema.Name)} AS t WHERE t.rowid IN ({numbers}) AND {conditions.Sql} AND {order.Start.Sql})
            ORDER BY value {direction}, number {direction} LIMIT {wanted}
            """;
        return new SandboxRequest(sql, parameters, IsServerSql: true, wanted, SandboxLimits.MaxResultBytes, message.Deadline);
    }
}
