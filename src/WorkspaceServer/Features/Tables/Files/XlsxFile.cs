using SpreadCheetah;
using SpreadCheetah.Styling;
using SpreadCheetah.Worksheets;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tables.Files;

/// <summary>One sheet of Excel (ECMA-376), its head in bold and always in sight. Cells are numbers, days and texts; none is a formula.</summary>
/// <remarks>A sheet has 1,048,576 rows, of which the head takes one.</remarks>
internal sealed record XlsxFile() : RowFile("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MaxSheetRows)
{
    public const long MaxSheetRows = (1 << 20) - 1;

    /// <summary>Longest name of a sheet, in characters.</summary>
    private const int MaxTitleLength = 31;

    private static readonly SpreadCheetahOptions Options = new()
    {
        CompressionLevel = SpreadCheetahCompressionLevel.Fastest,
        DefaultDateTimeFormat = NumberFormat.Custom("yyyy-mm-dd"),
        DocumentProperties = null,
    };

    public override async Task WriteAsync(Stream to, string title, IReadOnlyList<FileColumn> columns, IAsyncEnumerable<IReadOnlyList<SqlValue[]>> pages, CancellationToken cancel)
    {
        await using var body = new LateWrites(to);
        await using (var spreadsheet = await Spreadsheet.CreateNewAsync(body, Options, cancel))
        {
            await spreadsheet.StartWorksheetAsync(title.Length <= MaxTitleLength ? title : title[..MaxTitleLength], new WorksheetOptions { FrozenRows = 1 }, cancel);
            var head = spreadsheet.AddStyle(new Style { Font = { Bold = true } });
            await spreadsheet.AddRowAsync(columns.Select(column => new Cell(XlsxCell.Text(column.Name), head)).ToArray(), cancel);
            var cells = new DataCell[columns.Count];
            await foreach (var page in pages.WithCancellation(cancel))
            {
                foreach (var row in page)
                {
                    for (var i = 0; i < cells.Length; i++)
                    {
                        cells[i] = XlsxCell.Of(row[i], columns[i].Type);
                    }

                    await spreadsheet.AddRowAsync(cells, cancel);
                }
            }

            await spreadsheet.FinishAsync(cancel);
        }

        await body.FlushAsync(cancel);
    }
}
