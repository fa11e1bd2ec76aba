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
/// <param name="MaxTextLength">Longer texts are cut after one character more, so that it can be told; 0 for whole texts.</param>
internal sealed record RowsMessage(
    string Table, IReadOnlyList<RowFilter> Filters, RowOrder Order, string? After, int MaxRows, int MaxColumns, int MaxTextLength, ReadAccess Access, TimeSpan Deadline);

/// <param name="Columns">Those of the table that are in the rows, in its order.</param>
/// <param name="Keys">For each row, what <see cref="FetchMessage.Key"/> takes; null where the table has a key and this row has none.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
/// <param name="Earlier">Where the page before begins; null on the first.</param>
/// <param name="Found">How many rows fit, up to <see cref="RowPages.MaxCounted"/>; null if more.</param>
internal sealed record RowsAnswer(
    CatalogTable Table, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<SqlValue[]> Rows, IReadOnlyList<string?> Keys, string? Next, string? Earlier, long? Found);

/// <summary>Reads a table page by page, each page starting where the one before ended (keyset paging): the millionth row costs what the first does.</summary>
/// <remarks>
/// Rows are ordered by one column and then by their number, so that the order is whole. NULL is the least value, as in SQLite, and is read as a part of
/// its own, because no comparison finds it. A cursor is a row's number and the time of the table's load: in a table that was loaded anew it begins again.
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
        var cursor = Cursor.Read(message.After, table.LoadedAt);
        var isBackward = cursor?.IsBackward == true;
        // Backwards the same rows come in the opposite order, and are turned round in the end.
        var isDescending = message.Order.IsDescending != isBackward;
        var sort = message.Order.Column is { } name ? Column(schema, name) : null;
        var rows = new List<SqlValue[]>();
        var start = cursor is null || sort is null ? (SqlValue?)null : await ValueAtAsync(ask, sort, cursor.Row);
        foreach (var part in PartsFrom(sort, isDescending, start))
        {
            var isStart = cursor is not null && rows.Count == 0 && IsStart(part, start);
            var wanted = message.MaxRows + 1 - rows.Count;
            rows.AddRange((await ask(Request(part, sort, isDescending, isStart ? cursor : null, start, wanted))).Rows);
            if (rows.Count > message.MaxRows)
            {
                break;
            }
        }

        var hasMore = rows.Count > message.MaxRows;
        var shown = rows.Take(message.MaxRows).ToList();
        if (isBackward)
        {
            shown.Reverse();
        }

        return Answer(shown, hasMore, cursor, isBackward, await CountAsync(ask));
    }

    private RowsAnswer Answer(List<SqlValue[]> shown, bool hasMore, Cursor? cursor, bool isBackward, long? found)
    {
        var hasNext = isBackward || hasMore;
        var hasEarlier = isBackward ? hasMore : cursor is not null;
        var key = schema.KeyColumn is { } name ? schema.Columns.ToList().FindIndex(column => column.Name == name) : -1;
        return new RowsAnswer(
            table,
            columns,
            [.. shown.Select(row => row[2..])],
            [.. shown.Select(row => key < 0 ? row[0].ToString() : row[1].IsNull ? null : row[1].ToString())],
            hasNext && shown.Count > 0 ? Cursor.Write(table.LoadedAt, shown[^1][0], isBackward: false) : null,
            hasEarlier && shown.Count > 0 ? Cursor.Write(table.LoadedAt, shown[0][0], isBackward: true) : null,
            found);
    }

    private async Task<long?> CountAsync(Func<SandboxRequest, Task<SandboxReply>> ask)
    {
        if (conditions.Length == 0)
        {
            return table.RowCount;
        }

        var where = Where(conditions.Select(condition => condition.Sql));
        var reply = await ask(Ask($"SELECT count(*) FROM (SELECT 1 FROM main.{Identifiers.Quote(schema.Name)} WHERE {where} LIMIT {MaxCounted + 1})", Parameters(), 1));
        var found = reply.Rows[0][0].AsInteger();
        return found > MaxCounted ? null : found;
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

    private SandboxRequest Request(Part part, ColumnSchema? sort, bool isDescending, Cursor? cursor, SqlValue? start, int rows)
    {
        var parameters = Parameters();
        var all = conditions.Select(condition => condition.Sql).ToList();
        var quoted = sort is null ? "" : Identifiers.Quote(sort.Name);
        if (part != Part.All)
        {
            all.Add(part == Part.Nulls ? $"{quoted} IS NULL" : $"{quoted} IS NOT NULL");
        }

        if (cursor is not null)
        {
            var sign = isDescending ? "<" : ">";
            if (part == Part.Values)
            {
                all.Add($"({quoted}, rowid) {sign} (?, ?)");
                parameters.Add(start!.Value);
            }
            else
            {
                all.Add($"rowid {sign} ?");
            }

            parameters.Add(cursor.Row);
        }

        var direction = isDescending ? "DESC" : "ASC";
        var order = part == Part.Values ? $"{quoted} {direction}, rowid {direction}" : $"rowid {direction}";
        var list = string.Join(", ", columns.Select(Shown));
        var sql = $"SELECT rowid, {RowLookup.KeyExpression(schema)}, {list} FROM main.{Identifiers.Quote(schema.Name)} WHERE {Where(all)} ORDER BY {order} LIMIT {rows}";
        return Ask(sql, parameters, rows);
    }

    private string Shown(ColumnSchema column) => message.MaxTextLength > 0 && column.Type == ColumnType.Text
        ? $"substr({Identifiers.Quote(column.Name)}, 1, {message.MaxTextLength + 1})"
        : Identifiers.Quote(column.Name);

    private SandboxRequest Ask(string sql, IReadOnlyList<SqlValue> parameters, int rows) =>
        new(sql, parameters, IsServerSql: true, rows, SandboxLimits.MaxResultBytes, message.Deadline);

    private List<SqlValue> Parameters() => [.. conditions.Where(condition => condition.Parameter is not null).Select(condition => condition.Parameter!.Value)];

    private static string Where(IEnumerable<string> conditions) => string.Join(" AND ", conditions.DefaultIfEmpty("1"));

    private static (string Sql, SqlValue? Parameter) Condition(TableSchema schema, RowFilter filter)
    {
        var column = Column(schema, filter.Column);
        var name = Identifiers.Quote(column.Name);
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

    private static ColumnSchema Column(TableSchema schema, string name) =>
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

    /// <summary>Where a page begins: n-1712345678901-50, for the rows behind number 50 of that load; p for those before.</summary>
    private sealed record Cursor(bool IsBackward, long Row)
    {
        public static string Write(DateTimeOffset loadedAt, SqlValue row, bool isBackward) =>
            string.Create(CultureInfo.InvariantCulture, $"{(isBackward ? 'p' : 'n')}-{loadedAt.ToUnixTimeMilliseconds()}-{row.AsInteger()}");

        public static Cursor? Read(string? text, DateTimeOffset loadedAt)
        {
            var parts = text?.Split('-', 3) ?? [];
            return parts is ["n" or "p", var load, var row]
                && long.TryParse(load, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
                && long.TryParse(row, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && time == loadedAt.ToUnixTimeMilliseconds()
                ? new Cursor(parts[0] == "p", number)
                : null;
        }
    }
}
