using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

internal sealed record ProfileMessage(string Table, string Column, ReadAccess Access, TimeSpan Deadline);

/// <param name="Filled">Rows whose value is not NULL.</param>
/// <param name="Least">NULL if there is no value at all; so for the greatest.</param>
/// <param name="Common">The values that occur most, with how often; NULL among them.</param>
internal sealed record ProfileAnswer(
    CatalogTable Table, ColumnSchema Column, long Rows, long Filled, long Distinct, SqlValue Least, SqlValue Greatest, IReadOnlyList<(SqlValue Value, long Rows)> Common);

/// <summary>What is in one column: how many values, which are the least, the greatest and the most common.</summary>
internal static class ColumnProfiles
{
    /// <summary>Common values that are listed.</summary>
    public const int MaxCommon = 10;

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
            [.. common.Rows.Select(each => (Cut(each[0]), each[1].AsInteger()))]);
    }

    private static SqlValue Cut(SqlValue value) => value.Type == SqlType.Text && value.AsText() is { Length: > MaxShown } text ? text[..MaxShown] + "…" : value;

    private static SandboxRequest Ask(string sql, ProfileMessage message, int rows) =>
        new(sql, [], IsServerSql: true, rows, SandboxLimits.MaxResultBytes, message.Deadline);
}
