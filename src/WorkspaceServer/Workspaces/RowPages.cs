using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>How a filter compares.</summary>
internal enum FilterOperator
{
    Is,
    IsNot,
    Contains,
    BeginsWith,
    Below,
    AtMost,
    Above,
    AtLeast,
    IsEmpty,
    IsNotEmpty,
}

/// <param name="Value">As typed; read as the column's type says. Nothing for the last two operators.</param>
internal sealed record RowFilter(string Column, FilterOperator Operator, string Value);

/// <param name="Column">Null: in the order in which the rows were loaded.</param>
internal sealed record RowOrder(string? Column, bool IsDescending);

/// <param name="After">The <see cref="RowsAnswer.Next"/> or <see cref="RowsAnswer.Earlier"/> of another page; null for the first.</param>
/// <param name="MaxColumns">Further columns are left out.</param>
/// <param name="Counts">Whether to count the rows that fit.</param>
/// <param name="Time">How long to look for rows that fit a filter; null for as long as a page may take.</param>
/// <param name="MaxTextLength">Longer texts are cut after one character more, so that it can be told; 0 for whole texts.</param>
internal sealed record RowsMessage(
    string Table, IReadOnlyList<RowFilter> Filters, RowOrder Order, string? After, int MaxRows, int MaxColumns, int MaxTextLength, ReadAccess Access, TimeSpan Deadline, bool Counts = true, LookingTime? Time = null);

/// <summary>How long a walk through a long table may take until it stops looking for rows that fit, and until it stops counting them.</summary>
/// <param name="Sorting">Until it stops looking for the first rows of an order that no index gives.</param>
internal sealed record LookingTime(TimeSpan Finding, TimeSpan Counting, TimeSpan Sorting)
{
    public static LookingTime OfPages { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2));

    /// <summary>To the end of the table, for files.</summary>
    public static LookingTime Whole { get; } = new(TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
}

/// <param name="Columns">Those of the table that are in the rows, in its order.</param>
/// <param name="Keys">For each row, what <see cref="FetchMessage.Key"/> takes; null where the table has a key and this row has none.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
/// <param name="Earlier">Where the page before begins; null on the first.</param>
/// <param name="Found">How many rows fit; null if they were not all counted.</param>
/// <param name="AtLeast">How many were counted, if not all were: up to one more than <see cref="RowPages.MaxCounted"/>.</param>
/// <param name="LookedThrough">Null if the page is full or the last. Otherwise the time was over first, and this much of the table was looked through, in percent; Next goes on.</param>
/// <param name="IsProvisional">True if the rows are the first of an order only among those that were looked through. Next goes on with the same page, not with the one after it.</param>
internal sealed record RowsAnswer(
    CatalogTable Table, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<SqlValue[]> Rows, IReadOnlyList<string?> Keys, string? Next, string? Earlier, long? Found,
    long AtLeast = 0, int? LookedThrough = null, bool IsProvisional = false);

/// <summary>Reads a table page by page, each page starting where the one before ended (keyset paging): the millionth row costs what the first does.</summary>
/// <remarks>
/// Rows are ordered by one column and then by their number, so that the order is whole. NULL is the least value, as in SQLite, and is read as a part of
/// its own, because no comparison finds it. Rows that fit a filter are looked for by <see cref="RowWalk"/>, which ends in time. A cursor is a row's number and the time of the table's load: in a table that was loaded anew it begins again.
/// </remarks>
internal sealed class RowPages(CatalogTable table, RowsMessage message)
{
    /// <summary>Rows that are counted at most.</summary>
    public const int MaxCounted = 10_000;

    /// <summary>Most filters of one page.</summary>
    public const int MaxFilters = 10;

    /// <summary>Longest value of a filter, in characters; SQLite takes patterns of 100 bytes.</summary>
    public const int MaxFilterLength = 80;

    private readonly TableSchema schema = table.Schema;
    private readonly ColumnSchema[] columns = [.. table.Schema.Columns.Take(message.MaxColumns)];
    private readonly (string Sql, SqlValue? Parameter)[] conditions = [.. message.Filters.Select(filter => Condition(table.Schema, filter))];

    /// <summary>The two parts of an order: rows whose value is NULL, and the others.</summary>
    private enum Part
    {
        All,
        Nulls,
        Values,
    }

    public async Task<RowsAnswer> ReadAsync(Func<SandboxRequest, Task<SandboxReply>> ask)
    {
        var cursor = RowCursor.Read(message.After, table.LoadedAt);
        var isBackward = cursor?.IsBackward == true;
        // Backwards the same rows come in the opposite order, and are turned round in the end.
        var isDescending = message.Order.IsDescending != isBackward;
        var sort = message.Order.Column is { } name ? Column(schema, name) : null;
        var walk = conditions.Length == 0 && sort is null ? null : new RowWalk(table, message, new RowConditions(Where(conditions.Select(condition => condition.Sql)), Parameters()), List(), ask);
        var (found, best) = sort is not null ? await SortedAsync(ask, walk!, sort, isDescending, cursor)
            : (walk is not null ? await walk.FindAsync(cursor?.Row, isDescending, message.MaxRows + 1) : new WalkedRows(await DirectlyAsync(ask, null, isDescending, cursor, null, message.Deadline), null), null);
        if (best is not null)
        {
            return Provisional(walk!, found, best, cursor, isBackward);
        }

        var answer = Answer(found, cursor, isBackward);
        if (conditions.Length == 0)
        {
            return answer with { Found = table.RowCount };
        }

        if (found.Reached is { } reached && !isBackward)
        {
            answer = answer with { LookedThrough = walk!.PercentUpTo(reached, isDescending) };
        }

        return message.Counts ? await CountedAsync(walk!, found, cursor?.Row is null, sort is null && !isDescending, answer) : answer;
    }

    /// <summary>In the order of a column, each page from the value of the row before it. Where no index gives the order in time, the table is looked through for the first rows of it.</summary>
    /// <returns>With how far that came, if the time was over first.</returns>
    private async Task<(WalkedRows Found, SortProgress? Best)> SortedAsync(Func<SandboxRequest, Task<SandboxReply>> ask, RowWalk walk, ColumnSchema sort, bool isDescending, RowCursor? cursor)
    {
        var start = cursor?.Row is { } row ? await ValueAtAsync(ask, sort, row) : (SqlValue?)null;
        var time = message.Time ?? LookingTime.OfPages;
        var (isShort, isIndexed) = (table.RowCount <= RowWalk.AlwaysWhole, IsIndexed(sort));
        if (cursor?.Progress is null && (isShort || (isIndexed && (conditions.Length == 0 || time.Finding > TimeSpan.Zero))))
        {
            // An index may lead to the rows at once, or past all rows that do not fit; that is known afterwards.
            var mayTake = isShort || conditions.Length == 0 || time.Finding > message.Deadline ? message.Deadline : time.Finding;
            try
            {
                return (new WalkedRows(await DirectlyAsync(ask, sort, isDescending, cursor, start, mayTake), null), null);
            }
            catch (ProblemException problem) when (mayTake < message.Deadline && problem.Code == ProblemCodes.DeadlineExceeded)
            {
                // The walk goes on from here.
            }
        }

        var order = new WalkedOrder(Name(sort), isDescending, Start(sort, isDescending, cursor, start));
        var (best, reached) = await walk.SortAsync(order, cursor?.Progress, message.MaxRows + 1);
        var rows = best.Count == 0 ? [] : (await ask(Those(best, order))).Rows;
        return (new WalkedRows(rows, null), reached is { } number ? new SortProgress(number, best) : null);
    }

    private bool IsIndexed(ColumnSchema column) => column.Name == schema.KeyColumn || column.Name == schema.CompositeKey?[0] || column.References is not null;

    /// <summary>Which rows come behind the one where the page before ended; NULL is the least value, and no comparison finds it.</summary>
    private static RowConditions Start(ColumnSchema sort, bool isDescending, RowCursor? cursor, SqlValue? start)
    {
        if (cursor?.Row is not { } row)
        {
            return new RowConditions("1", []);
        }

        var name = Name(sort);
        return (start!.Value.IsNull, isDescending) switch
        {
            (true, false) => new RowConditions($"({name} IS NOT NULL OR t.rowid > ?)", [row]),
            (true, true) => new RowConditions($"({name} IS NULL AND t.rowid < ?)", [row]),
            (false, false) => new RowConditions($"({name}, t.rowid) > (?, ?)", [start.Value, row]),
            _ => new RowConditions($"({name} IS NULL OR ({name}, t.rowid) < (?, ?))", [start.Value, row]),
        };
    }

    /// <summary>Rows by their numbers, in the order of a column. Numbers that an address made up still have to fit.</summary>
    private SandboxRequest Those(IReadOnlyList<long> numbers, WalkedOrder order)
    {
        var direction = order.IsDescending ? "DESC" : "ASC";
        var list = string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        List<string> all = [.. conditions.Select(condition => condition.Sql), order.Start.Sql];
        var rows = message.MaxRows + 1;
        var sql = $"SELECT {List()} FROM main.{Identifiers.Quote(schema.Name)} AS t WHERE t.rowid IN ({list}) AND {Where(all)} ORDER BY +{order.Column} {direction}, t.rowid {direction} LIMIT {rows}";
        return Ask(sql, [.. Parameters(), .. order.Start.Parameters], rows);
    }

    /// <summary>In one go for each part of the order; all rows if there is no filter.</summary>
    private async Task<IReadOnlyList<SqlValue[]>> DirectlyAsync(Func<SandboxRequest, Task<SandboxReply>> ask, ColumnSchema? sort, bool isDescending, RowCursor? cursor, SqlValue? start, TimeSpan mayTake)
    {
        var rows = new List<SqlValue[]>();
        foreach (var part in PartsFrom(sort, isDescending, start))
        {
            var isStart = cursor?.Row is not null && rows.Count == 0 && IsStart(part, start);
            var wanted = message.MaxRows + 1 - rows.Count;
            rows.AddRange((await ask(Request(part, sort, isDescending, isStart ? cursor : null, start, wanted) with { Deadline = mayTake })).Rows);
            if (rows.Count > message.MaxRows)
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>The time was over: what are the first rows so far, and where to go on with the same page.</summary>
    private RowsAnswer Provisional(RowWalk walk, WalkedRows found, SortProgress best, RowCursor? cursor, bool isBackward)
    {
        var next = new RowCursor(isBackward, cursor?.Row, best).Write(table.LoadedAt);
        return Answer(found, cursor, isBackward) with
        {
            Next = next,
            Earlier = null,
            Found = conditions.Length == 0 ? table.RowCount : null,
            LookedThrough = walk.PercentUpTo(best.Reached, isDescending: false),
            IsProvisional = true,
        };
    }

    private RowsAnswer Answer(WalkedRows found, RowCursor? cursor, bool isBackward)
    {
        var hasMore = found.Rows.Count > message.MaxRows;
        var shown = found.Rows.Take(message.MaxRows).ToList();
        if (isBackward)
        {
            shown.Reverse();
        }

        string? At(long? row, bool backward) => row is { } number ? new RowCursor(backward, number).Write(table.LoadedAt) : null;
        var (first, last) = shown.Count == 0 ? ((long?)null, (long?)null) : (shown[0][0].AsInteger(), shown[^1][0].AsInteger());
        // Where nothing was found, the way back begins behind the last row before: the row of the cursor itself, or where this walk began.
        var side = message.Order.IsDescending ? -1 : 1;
        var (back, on) = cursor?.Row is not { } from || message.Order.Column is not null ? (first, last) : (first ?? from + side, last ?? from - side);
        var key = schema.KeyColumn is { } name ? schema.Columns.ToList().FindIndex(column => column.Name == name) : -1;
        return new RowsAnswer(
            table,
            columns,
            [.. shown.Select(row => row[2..])],
            [.. shown.Select(row => key < 0 ? row[0].ToString() : row[1].IsNull ? null : row[1].ToString())],
            isBackward ? At(on, backward: false) : At(hasMore ? last : found.Reached, backward: false),
            isBackward ? At(hasMore ? first : found.Reached, backward: true) : cursor?.Row is null ? null : At(back, backward: true),
            null);
    }

    /// <summary>Counts what was not counted by finding it, as far as there is time.</summary>
    private static async Task<RowsAnswer> CountedAsync(RowWalk walk, WalkedRows found, bool isFirst, bool isInOrder, RowsAnswer answer)
    {
        // The first page saw everything up to its last row.
        var seen = isFirst && isInOrder ? found.Rows.Count : 0;
        var (further, isAll) = isFirst && answer.Next is null ? (found.Rows.Count - seen, true)
            : found.Reached is not null ? (0, false)
            : await walk.CountAsync(seen == 0 ? null : found.Rows[^1][0].AsInteger(), MaxCounted - seen);
        return isAll ? answer with { Found = seen + further } : answer with { AtLeast = seen + further };
    }

    private async Task<SqlValue?> ValueAtAsync(Func<SandboxRequest, Task<SandboxReply>> ask, ColumnSchema sort, long row)
    {
        var reply = await ask(Ask($"SELECT {Identifiers.Quote(sort.Name)} FROM main.{Identifiers.Quote(schema.Name)} WHERE rowid = ?", [row], 1));
        return reply.Rows.Count == 0 ? SqlValue.Null : reply.Rows[0][0];
    }

    private static IEnumerable<Part> PartsFrom(ColumnSchema? sort, bool isDescending, SqlValue? start)
    {
        if (sort is null)
        {
            return [Part.All];
        }

        Part[] parts = isDescending ? [Part.Values, Part.Nulls] : [Part.Nulls, Part.Values];
        return start is null ? parts : parts.SkipWhile(part => !IsStart(part, start));
    }

    private static bool IsStart(Part part, SqlValue? start) => part == Part.All || (part == Part.Nulls) == (start?.IsNull ?? false);

    private SandboxRequest Request(Part part, ColumnSchema? sort, bool isDescending, RowCursor? cursor, SqlValue? start, int rows)
    {
        var parameters = Parameters();
        var all = conditions.Select(condition => condition.Sql).ToList();
        var quoted = sort is null ? "" : "t." + Identifiers.Quote(sort.Name);
        if (part != Part.All)
        {
            all.Add(part == Part.Nulls ? $"{quoted} IS NULL" : $"{quoted} IS NOT NULL");
        }

        if (cursor is not null)
        {
            var sign = isDescending ? "<" : ">";
            if (part == Part.Values)
            {
                all.Add($"({quoted}, t.rowid) {sign} (?, ?)");
                parameters.Add(start!.Value);
            }
            else
            {
                all.Add($"t.rowid {sign} ?");
            }

            parameters.Add(cursor.Row!.Value);
        }

        var direction = isDescending ? "DESC" : "ASC";
        var order = part == Part.Values ? $"{quoted} {direction}, t.rowid {direction}" : $"t.rowid {direction}";
        var sql = $"SELECT {List()} FROM main.{Identifiers.Quote(schema.Name)} AS t WHERE {Where(all)} ORDER BY {order} LIMIT {rows}";
        return Ask(sql, parameters, rows);
    }

    private string List() => $"t.rowid, t.{RowLookup.KeyExpression(schema)}, {string.Join(", ", columns.Select(Shown))}";

    private string Shown(ColumnSchema column) => message.MaxTextLength > 0 && column.Type == ColumnType.Text
        ? $"substr({Name(column)}, 1, {message.MaxTextLength + 1})"
        : Name(column);

    /// <summary>Said with the table, since its full-text index has columns of the same names.</summary>
    private static string Name(ColumnSchema column) => "t." + Identifiers.Quote(column.Name);

    private SandboxRequest Ask(string sql, IReadOnlyList<SqlValue> parameters, int rows) =>
        new(sql, parameters, IsServerSql: true, rows, SandboxLimits.MaxResultBytes, message.Deadline);

    private List<SqlValue> Parameters() => [.. conditions.Where(condition => condition.Parameter is not null).Select(condition => condition.Parameter!.Value)];

    private static string Where(IEnumerable<string> conditions) => string.Join(" AND ", conditions.DefaultIfEmpty("1"));

    /// <summary>A filter as SQL over the table "t", with one parameter or none.</summary>
    /// <exception cref="ProblemException">The table has no such column, or the value is none of its type.</exception>
    public static (string Sql, SqlValue? Parameter) Condition(TableSchema schema, RowFilter filter)
    {
        var column = Column(schema, filter.Column);
        var name = Name(column);
        (string, SqlValue?) condition = filter.Operator switch
        {
            FilterOperator.Is => ($"{name} = ?", Value(column, filter.Value)),
            FilterOperator.IsNot => ($"{name} IS NOT ?", Value(column, filter.Value)),
            FilterOperator.Contains => ($"{name} LIKE ? ESCAPE '\\'", "%" + Escape(filter.Value) + "%"),
            FilterOperator.BeginsWith => ($"{name} LIKE ? ESCAPE '\\'", Escape(filter.Value) + "%"),
            FilterOperator.Below => ($"{name} < ?", Value(column, filter.Value)),
            FilterOperator.AtMost => ($"{name} <= ?", Value(column, filter.Value)),
            FilterOperator.Above => ($"{name} > ?", Value(column, filter.Value)),
            FilterOperator.AtLeast => ($"{name} >= ?", Value(column, filter.Value)),
            FilterOperator.IsEmpty => ($"({name} IS NULL OR {name} = '')", (SqlValue?)null),
            _ => ($"({name} IS NOT NULL AND {name} <> '')", (SqlValue?)null),
        };
        return condition;
    }

    /// <exception cref="ProblemException">The table has no such column.</exception>
    public static ColumnSchema Column(TableSchema schema, string name) =>
        schema.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ProblemException(ProblemCodes.InvalidArgument, "The table has no such column. Choose one of its columns.");

    private static SqlValue Value(ColumnSchema column, string text) => column.Type switch
    {
        ColumnType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Number(text),
        ColumnType.Decimal => Number(text),
        ColumnType.Boolean => text is "1" or "true" or "yes" ? 1 : 0,
        _ => text,
    };

    private static SqlValue Number(string text) =>
        double.TryParse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ProblemException(ProblemCodes.InvalidArgument, "This column holds numbers. Give a number to compare with.");

    // Of LIKE only the two wildcards and the escape itself mean something (sqlite.org/lang_expr.html, section 5).
    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
