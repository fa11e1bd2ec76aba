using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Files;

/// <param name="Type">Text for a column of an answer, which has no other.</param>
internal sealed record FileColumn(string Name, ColumnType Type = ColumnType.Text);

/// <summary>A kind of file that rows are taken out as. Written as it is sent: no more than one page of rows is held.</summary>
/// <param name="Name">As in addresses and in the audit log.</param>
/// <param name="MaxRows">More do not fit into one file.</param>
internal abstract record RowFile(string Name, string ContentType, long MaxRows)
{
    public static RowFile Csv { get; } = new CsvFile();

    public static RowFile Xlsx { get; } = new XlsxFile();

    public static IReadOnlyList<RowFile> All { get; } = [Csv, Xlsx];

    /// <summary>Refuses before anything is sent: a file that ends too early looks like a whole one.</summary>
    /// <param name="rows">Of the whole table.</param>
    /// <param name="found">How many fit the filters; null if more than the server counts.</param>
    /// <exception cref="ProblemException">They may be more than fit into one file.</exception>
    public void RequireRoom(long rows, long? found)
    {
        if (Math.Min(rows, found ?? rows) > MaxRows)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, FormattableString.Invariant(
                $"This table has {rows:N0} rows, and a file of this kind holds {MaxRows:N0}. Set filters so that {RowPages.MaxCounted:N0} or fewer are left{(this is XlsxFile ? ", or take CSV" : "")}."));
        }
    }

    /// <param name="title">What the rows are of.</param>
    public abstract Task WriteAsync(Stream to, string title, IReadOnlyList<FileColumn> columns, IAsyncEnumerable<IReadOnlyList<SqlValue[]>> pages, CancellationToken cancel);
}
