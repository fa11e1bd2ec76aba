using WorkspaceServer.Agent.Sources;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>All of a small table, for a test to compare.</summary>
internal static class ReadAll
{
    public static async Task<(IReadOnlyList<SourceColumn> Columns, List<string?[]> Rows)> OfAsync(ISourceRows source)
    {
        await using (source)
        {
            var rows = new List<string?[]>();
            while (await source.ReadAsync(CancellationToken.None))
            {
                rows.Add([.. source.Columns.Select((_, index) => source.TryGetCell(index, out var text) ? text.ToString() : null)]);
            }

            return (source.Columns, rows);
        }
    }

    public static async Task<(IReadOnlyList<SourceColumn> Columns, List<string?[]> Rows)> OfAsync(ISource source, string table) =>
        await OfAsync(await source.OpenAsync(table, CancellationToken.None));
}
