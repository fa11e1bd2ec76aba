using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <param name="Share">How much of the work is done, 0 to 1.</param>
internal readonly record struct CsvProgress(double Share, string What);

/// <param name="TableName">Null: made from the file's name.</param>
/// <param name="KeyColumn">The column whose values name the rows, or null.</param>
internal sealed record CsvImportOptions(string? TableName = null, string? KeyColumn = null, char Delimiter = ',');

/// <summary>Loads a CSV file into a table, all of it or nothing: once through to find the types, once more to load.</summary>
internal static class CsvImport
{
    private const int RowsPerBatch = 4_000;

    /// <exception cref="Hosting.ProblemException">The file is not right; the message names line and column. Nothing was changed.</exception>
    public static async Task<(TableSchema Schema, LoadedTable Table)> RunAsync(
        IWorkspaceGateway gateway, WorkspaceId workspace, string path, CsvImportOptions options, IProgress<CsvProgress>? progress, CancellationToken cancel)
    {
        var schema = FindSchema(path, options, progress, cancel);
        var load = await gateway.BeginLoadAsync(workspace, schema, cancel);
        try
        {
            using var rows = new CsvRows(path, options.Delimiter);
            rows.ReadHeader();
            var types = schema.Columns.Select(column => column.Type).ToArray();
            while (ReadBatch(rows, types) is { Count: > 0 } batch)
            {
                await gateway.AppendAsync(workspace, load, batch, cancel);
                progress?.Report(new CsvProgress(0.3 + (0.7 * rows.Bytes / rows.TotalBytes), $"Loading {schema.Name}"));
            }

            return (schema, await gateway.CommitLoadAsync(workspace, load, cancel));
        }
        catch
        {
            await gateway.AbandonLoadAsync(workspace, load, CancellationToken.None);
            throw;
        }
    }

    private static TableSchema FindSchema(string path, CsvImportOptions options, IProgress<CsvProgress>? progress, CancellationToken cancel)
    {
        using var rows = new CsvRows(path, options.Delimiter);
        var names = rows.ReadHeader();
        var guesses = names.Select(_ => new ColumnGuess()).ToArray();
        for (long count = 1; rows.Read(); count++)
        {
            for (var i = 0; i < guesses.Length; i++)
            {
                guesses[i].Look(rows.Cell(i));
            }

            if (count % RowsPerBatch == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress?.Report(new CsvProgress(0.3 * rows.Bytes / rows.TotalBytes, "Finding the types"));
            }
        }

        return new TableSchema(
            options.TableName ?? CsvHeader.TableName(path),
            [.. names.Zip(guesses, (name, guess) => new ColumnSchema(name, guess.Type))],
            options.KeyColumn,
            Source: Path.GetFileName(path));
    }

    private static List<SqlValue[]> ReadBatch(CsvRows rows, ColumnType[] types)
    {
        var batch = new List<SqlValue[]>(RowsPerBatch);
        while (batch.Count < RowsPerBatch && rows.Read())
        {
            var row = new SqlValue[types.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = ColumnGuess.Read(rows.Cell(i), types[i]);
            }

            batch.Add(row);
        }

        return batch;
    }
}
