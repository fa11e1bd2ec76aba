using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

internal sealed record ProfileMessage(string Table, string Column, ReadAccess Access, TimeSpan Deadline);

/// <param name="Filled">Rows whose value is not NULL.</param>
/// <param name="Least">NULL if there is no value at all; so for the greatest.</param>
/// <param name="Common">The values that occur most, with how often; NULL among them.</param>
/// <param name="Spread">How many rows lie in each of <see cref="ColumnProfiles.Steps"/> steps of the same width from the least to the greatest value. Empty where values
/// are no numbers or times, where all are the same, and where counting takes longer than a person waits.</param>
internal sealed record ProfileAnswer(
    CatalogTable Table, ColumnSchema Column, long Rows, long Filled, long Distinct, SqlValue Least, SqlValue Greatest, IReadOnlyList<(SqlValue Value, long Rows)> Common, IReadOnlyList<long> Spread);

/// <summary>What is in one column: how many values, which are the least, the greatest and the most common.</summary>
internal static class ColumnProfiles
{
    /// <summary>Common values that are listed.</summary>
    public const int MaxCommon = 10;

    /// <summary>Steps from the least to the greatest value in which rows are counted.</summary>
    public const int Steps = 24;

    /// <summary>Longest value that is listed, in characters; longer texts are cut.</summary>
    private const int MaxShown = 100;

    public static async Task<ProfileAnswer> ReadAsync(CatalogTable table, ProfileMessage message, Func<SandboxRequest, Task<SandboxReply>> ask)
    {
        var column = table.Schema.Columns.FirstOrDefault(each => each.Name.Equals(message.Column, StringComparison.OrdinalIgnoreCase))
            ?? throw new ProblemException(ProblemCodes.InvalidArgument, "The table has no such column. Choose one of its columns.");
        var from = Identifiers.Quote(table.Schema.Name);
        var name = Identifiers.Quote(column.Name);
        var sums = await ask(Ask($"SELECT count(*), count({name}), count(DISTINCT {name}), min({name}), max({name}) FROM main.{from}", message, 1));
        var common = await ask(Ask($"SELECT {name}, count(*) FROM main.{from} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MaxCommon}", message, MaxCommon));
        var row = sums.Rows[0];
        return new ProfileAnswer(
            table,
            column,
            row[0].AsInteger(),
            row[1].AsInteger(),
            row[2].AsInteger(),
            Cut(row[3]),
            Cut(row[4]),
            [.. common.Rows.Select(each => (Cut(each[0]), each[1].AsInteger()))],
            await SpreadAsync(table.Schema, column, message, ask));
    }

    private static async Task<long[]> SpreadAsync(TableSchema schema, ColumnSchema column, ProfileMessage message, Func<SandboxRequest, Task<SandboxReply>> ask)
    {
        if (column.Type is ColumnType.Text or ColumnType.Boolean)
        {
            return [];
        }

        var from = Identifiers.Quote(schema.Name);
        var name = Identifiers.Quote(column.Name);
        var value = column.Type is ColumnType.Date or ColumnType.DateTime ? $"julianday({name})" : $"CAST({name} AS REAL)";
        try
        {
            var found = await ask(Ask(
                $"""
                WITH ends AS MATERIALIZED (SELECT min({value}) AS least, max({value}) AS greatest FROM main.{from})
                SELECT min({Steps} - 1, CAST(({value} - least) * {Steps} / (greatest - least) AS INTEGER)), count(*)
                FROM main.{from}, ends WHERE {value} IS NOT NULL AND greatest > least GROUP BY 1
                """,
                message,
                Steps));
            var counts = new long[found.Rows.Count == 0 ? 0 : Steps];
            foreach (var row in found.Rows)
            {
                counts[row[0].AsInteger()] = row[1].AsInteger();
            }

            return counts;
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.DeadlineExceeded || problem.Code == ProblemCodes.TooExpensive || problem.Code == ProblemCodes.Busy)
        {
            // A page without this picture is worth more than none.
            return [];
        }
    }

    private static SqlValue Cut(SqlValue value) => value.Type == SqlType.Text && value.AsText() is { Length: > MaxShown } text ? text[..MaxShown] + "…" : value;

    private static SandboxRequest Ask(string sql, ProfileMessage message, int rows) =>
        new(sql, [], IsServerSql: true, rows, SandboxLimits.MaxResultBytes, message.Deadline);
}
