namespace WorkspaceServer.Agent.Sources.Files;

/// <summary>A file, or each file of a folder: .csv, .tsv and .txt files are one table each, Excel files one per sheet.</summary>
/// <param name="delimiter">What separates the cells of text files, or null: found out.</param>
/// <param name="encoding">Of text files without a byte order mark, or null: found out.</param>
internal sealed class FileSource(string path, char? delimiter, string? encoding) : ISource
{
    /// <summary>Most files that a folder may hold.</summary>
    public const int MaxFiles = 500;

    private static readonly string[] TextEndings = [".csv", ".tsv", ".tab", ".txt"];
    private static readonly string[] SheetEndings = [".xlsx", ".xlsm", ".xls", ".xlsb"];

    public Task<IReadOnlyList<SourceTable>> ListAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<SourceTable>>([.. Files().SelectMany(TablesOf).Select(table => new SourceTable(table.Name, []))]);

    public Task<ISourceRows> OpenAsync(string table, CancellationToken cancel)
    {
        // An Excel file that is there but has lost the sheet says so itself.
        foreach (var file in Files())
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!IsSheets(file) && name == table)
            {
                return Task.FromResult<ISourceRows>(DelimitedRows.Open(file, delimiter ?? (file.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : null), encoding));
            }

            if (IsSheets(file) && (name == table || table.StartsWith(name + " ", StringComparison.Ordinal))
                && TablesOf(file).FirstOrDefault(sheet => sheet.Name == table) is { Name: not null } found)
            {
                return Task.FromResult<ISourceRows>(SheetRows.Open(file, found.Sheet!));
            }
        }

        throw new SourceException($"{path} has no table '{table}' any more. Its file or sheet was renamed or removed.");
    }

    private static bool IsSheets(string file) => SheetEndings.Contains(Path.GetExtension(file).ToLowerInvariant());

    private static bool IsReadable(string file) =>
        // What spreadsheet programs keep beside an open file begins with ~$ or .~.
        !Path.GetFileName(file).StartsWith('~') && !Path.GetFileName(file).StartsWith('.')
        && (IsSheets(file) || TextEndings.Contains(Path.GetExtension(file).ToLowerInvariant()));

    /// <summary>One table per file; one per sheet, named after both, if there are several.</summary>
    private static IEnumerable<(string Name, string? Sheet)> TablesOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (!IsSheets(file))
        {
            return [(name, null)];
        }

        var sheets = SheetRows.SheetsOf(file);
        return sheets.Select(sheet => (sheets.Count == 1 ? name : $"{name} {sheet}", (string?)sheet));
    }

    private List<string> Files()
    {
        if (File.Exists(path))
        {
            return IsReadable(path) ? [path] : throw new SourceException($"{path} is no file of a kind that is read here: {string.Join(", ", TextEndings.Concat(SheetEndings))}.");
        }

        if (!Directory.Exists(path))
        {
            throw new SourceException($"There is no file or folder {path}.");
        }

        var files = Directory.EnumerateFiles(path).Where(IsReadable).Order(StringComparer.Ordinal).Take(MaxFiles + 1).ToList();
        return files.Count switch
        {
            0 => throw new SourceException($"The folder {path} holds no file that can be read: {string.Join(", ", TextEndings.Concat(SheetEndings))}."),
            > MaxFiles => throw new SourceException($"The folder {path} holds more than {MaxFiles} files. Name a folder with fewer, or single files."),
            _ => files,
        };
    }
}
