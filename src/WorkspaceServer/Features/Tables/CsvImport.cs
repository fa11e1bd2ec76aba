using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <param name="Share">How much of the work is done, 0 to 1.</param>
/// <param name="Rows">Rows that are loaded so far.</param>
internal readonly record struct CsvProgress(double Share, string What, long Rows = 0);

/// <param name="TableName">Null: made from the file's name.</param>
/// <param name="KeyColumn">The column whose values name the rows, as the header or the table has it; or null.</param>
internal sealed record CsvImportOptions(string? TableName = null, string? KeyColumn = null, char Delimiter = ',');

/// <summary>Loads a CSV file into a table, all of it or nothing: once through to find the types, once more to load.</summary>
/// <remarks>
/// An empty cell is NULL; one written as "" is empty text where its column is text, else NULL. Blank lines are passed over, but in a
/// file of one column they are its empty cells. A header alone makes an empty table of text columns. A column whose header is no
/// plain name gets one, and keeps the header as its description.
/// </remarks>
internal static class CsvImport
{
    private const int RowsPerBatch = 4_000;

    // About what each part takes of half a million rows with three columns of text.
    private const double ShareOfTypes = 0.1;
    private const double ShareOfLoading = 0.4;

    /// <exception cref="ProblemException">The file is not right; the message names line and column. Nothing was changed.</exception>
    public static Task<(TableSchema Schema, LoadedTable Table)> RunAsync(
        IWorkspaceGateway gateway, WorkspaceId workspace, string path, CsvImportOptions options, IProgress<CsvProgress>? progress, CancellationToken cancel) =>
        RunAsync(gateway, workspace, new CsvSource(path), options, progress, cancel);

    /// <exception cref="ProblemException">The file is not right; the message names line and column. Nothing was changed.</exception>
    public static async Task<(TableSchema Schema, LoadedTable Table)> RunAsync(
        IWorkspaceGateway gateway, WorkspaceId workspace, CsvSource source, CsvImportOptions options, IProgress<CsvProgress>? progress, CancellationToken cancel)
    {
        var (schema, stamp) = FindSchema(source, options, progress, cancel);
        var load = await gateway.BeginLoadAsync(workspace, schema, cancel);
        try
        {
            using var rows = new CsvRows(source, options.Delimiter);
            rows.ReadHeader();
            long count = 0;
            while (ReadBatch(rows, schema) is { Count: > 0 } batch)
            {
                await gateway.AppendAsync(workspace, load, batch, cancel);
                count += batch.Count;
                progress?.Report(new CsvProgress(ShareOfTypes + (ShareOfLoading * rows.Bytes / rows.TotalBytes), $"Loading {schema.Name}", count));
            }

            if (rows.Stamp() != stamp)
            {
                throw Changed();
            }

            progress?.Report(new CsvProgress(ShareOfTypes + ShareOfLoading, $"Indexing {schema.Name}", count));
            var loaded = await gateway.CommitLoadAsync(workspace, load, cancel);
            progress?.Report(new CsvProgress(1, $"Loaded {schema.Name}", count));
            return (schema, loaded);
        }
        catch
        {
            await gateway.AbandonLoadAsync(workspace, load, CancellationToken.None);
            throw;
        }
    }

    private static (TableSchema Schema, FileStamp Stamp) FindSchema(
        CsvSource source, CsvImportOptions options, IProgress<CsvProgress>? progress, CancellationToken cancel)
    {
        using var rows = new CsvRows(source, options.Delimiter);
        var stamp = rows.Stamp();
        var table = CsvHeader.TableName(options.TableName, source.Name);
        var columns = rows.ReadHeader();
        var key = CsvHeader.KeyIndex(options.KeyColumn, columns);
        var guesses = columns.Select(_ => new ColumnGuess()).ToArray();
        for (long count = 1; rows.Read(); count++)
        {
            for (var i = 0; i < guesses.Length; i++)
            {
                guesses[i].Look(rows.Cell(i));
            }

            if (key is { } index && rows.Cell(index).IsEmpty)
            {
                throw new ProblemException(ProblemCodes.InvalidData, $"{rows.Place(index)}: the key is empty. Every row needs one, or import without a key.");
            }

            if (count % RowsPerBatch == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress?.Report(new CsvProgress(ShareOfTypes * rows.Bytes / rows.TotalBytes, "Finding the types"));
            }
        }

        var schema = new TableSchema(
            table,
            [.. columns.Zip(guesses, (column, guess) => new ColumnSchema(column.Name, guess.Type, column.Description))],
            key is { } at ? columns[at].Name : null,
            Source: Path.GetFileName(source.Name));
        return (schema, stamp);
    }

    private static List<SqlValue[]> ReadBatch(CsvRows rows, TableSchema schema)
    {
        var batch = new List<SqlValue[]>(RowsPerBatch);
        while (batch.Count < RowsPerBatch && rows.Read())
        {
            var row = new SqlValue[schema.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = ReadCell(rows, i, schema.Columns[i].Type);
            }

            batch.Add(row);
        }

        return batch;
    }

    private static SqlValue ReadCell(CsvRows rows, int index, ColumnType type)
    {
        try
        {
            var cell = rows.Cell(index);
            return cell.IsEmpty && type == ColumnType.Text && rows.IsQuotedEmpty(index) ? "" : ColumnGuess.Read(cell, type);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            // The first pass has seen that every cell fits.
            throw Changed();
        }
    }

    private static ProblemException Changed() => new(ProblemCodes.InvalidData, "The file changed while it was read. Import it again when nothing writes to it.");
}
