using System.Text;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tables.Files;

/// <summary>Comma-separated values (RFC 4180) in UTF-8.</summary>
internal sealed record CsvFile() : RowFile("csv", "text/csv; charset=utf-8", 10_000_000)
{
    public override async Task WriteAsync(Stream to, string title, IReadOnlyList<FileColumn> columns, IAsyncEnumerable<IReadOnlyList<SqlValue[]>> pages, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(to, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync(CsvLine.Of(columns.Select(column => column.Name)));
        await foreach (var page in pages.WithCancellation(cancel))
        {
            foreach (var row in page)
            {
                await writer.WriteAsync(CsvLine.Of(row.Select(cell => cell.IsNull ? "" : cell.ToString())));
            }
        }

        await writer.FlushAsync(cancel);
    }
}
