using System.Globalization;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>The sample books as rows that a test changes and writes to a source; it knows what a server that has all of them must answer.</summary>
/// <param name="mostRows">Of each table.</param>
internal sealed class SampleTables(int mostRows = int.MaxValue)
{
    /// <summary>More places than any number in the books has, so that nothing that were added would vanish by rounding.</summary>
    private const int Units = 10_000;

    public IReadOnlyList<(TableSchema Schema, List<SqlValue[]> Rows)> All { get; } = [.. new SampleBooks().Tables().Select(table => (table.Schema, table.Rows.Take(mostRows).ToList()))];

    public List<SqlValue[]> this[string table] => All.Single(each => each.Schema.Name == table).Rows;

    /// <summary>Rows; then of each column its sum, in ten-thousandths, or of a text how many there are, how many different ones, and all their characters.</summary>
    public static string Question(TableSchema schema) => $"SELECT count(*), {string.Join(", ", schema.Columns.Select(Measure))} FROM {schema.Name}";

    /// <summary>What <see cref="Question"/> is to be answered.</summary>
    public static string Answer(TableSchema schema, List<SqlValue[]> rows) => string.Join('|', schema.Columns
        .SelectMany((column, index) => Measure(column, [.. rows.Select(row => row[index]).Where(cell => !cell.IsNull)]))
        .Prepend(rows.Count)
        .Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Measure(ColumnSchema column) => column.Type switch
    {
        ColumnType.Integer => $"coalesce(sum({column.Name}), 0), count({column.Name})",
        ColumnType.Decimal => $"coalesce(sum(CAST(round({column.Name} * {Units}) AS INTEGER)), 0), count({column.Name})",
        // To a spreadsheet an empty text is an empty cell.
        _ => $"coalesce(sum(length({column.Name})), 0), count(nullif({column.Name}, '')), count(DISTINCT nullif({column.Name}, ''))",
    };

    private static long[] Measure(ColumnSchema column, SqlValue[] cells) => column.Type switch
    {
        ColumnType.Integer => [cells.Sum(cell => cell.AsInteger()), cells.Length],
        ColumnType.Decimal => [cells.Sum(cell => (long)Math.Round((decimal)cell.AsReal() * Units)), cells.Length],
        _ =>
        [
            cells.Sum(cell => (long)cell.AsText().EnumerateRunes().Count()),
            cells.Count(cell => cell.AsText().Length > 0),
            cells.Select(cell => cell.AsText()).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).Count(),
        ],
    };
}
