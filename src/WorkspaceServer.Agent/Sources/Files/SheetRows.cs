using System.Globalization;
using System.Text;
using ExcelDataReader;

namespace WorkspaceServer.Agent.Sources.Files;

/// <summary>Reads one sheet of an Excel file row by row. The first row that is not empty names the columns.</summary>
/// <remarks>
/// Excel keeps numbers as doubles and shows 15 significant digits of them, so 15 digits are what leaves: 19.989999999999998 is 19.99, as on the screen.
/// Dates are what the cell's format says; both of Excel's epochs, 1900 and 1904, are counted by the reader. A cell with an error (#N/A) is NULL.
/// </remarks>
internal sealed class SheetRows : ISourceRows
{
    private readonly WatchedFile file;
    private readonly IExcelDataReader reader;
    private string?[] cells = [];

    static SheetRows() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private SheetRows(WatchedFile file, IExcelDataReader reader)
    {
        this.file = file;
        this.reader = reader;
    }

    public IReadOnlyList<SourceColumn> Columns { get; private set; } = [];

    public static IReadOnlyList<string> SheetsOf(string path) => Open(path, (_, reader) =>
    {
        using (reader)
        {
            var sheets = new List<string>();
            do
            {
                if (reader.VisibleState == "visible")
                {
                    sheets.Add(reader.Name);
                }
            }
            while (reader.NextResult());
            return sheets;
        }
    }, keepOpen: false);

    /// <exception cref="SourceException">There is no such sheet, or the file is no Excel file.</exception>
    public static SheetRows Open(string path, string sheet) => Open(path, (file, reader) =>
    {
        while (!reader.Name.Equals(sheet, StringComparison.Ordinal))
        {
            if (!reader.NextResult())
            {
                throw new SourceException($"{path} has no sheet '{sheet}' any more.");
            }
        }

        var rows = new SheetRows(file, reader);
        rows.ReadHeader();
        return rows;
    }, keepOpen: true);

    public ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        while (Next())
        {
            // Empty rows are what people leave between blocks.
            if (Take())
            {
                return ValueTask.FromResult(true);
            }
        }

        file.ThrowIfChanged();
        return ValueTask.FromResult(false);
    }

    public bool TryGetCell(int column, out ReadOnlySpan<char> text)
    {
        text = cells[column];
        return cells[column] is not null;
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static T Open<T>(string path, Func<WatchedFile, IExcelDataReader, T> use, bool keepOpen)
    {
        var file = new WatchedFile(path);
        var isDone = false;
        try
        {
            var result = use(file, ExcelReaderFactory.CreateReader(file.Stream));
            isDone = keepOpen;
            return result;
        }
#pragma warning disable CA1031 // A broken file can make the reader fail in any way; all of them mean the same to the person.
        catch (Exception error) when (error is not SourceException)
#pragma warning restore CA1031
        {
            throw new SourceException($"{path} is no Excel file that can be read: {error.Message}", error);
        }
        finally
        {
            if (!isDone)
            {
                file.Dispose();
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string { Length: 0 } => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime { TimeOfDay.Ticks: 0 } date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => Moment(moment),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        double number => Number(number),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    // A double keeps a moment of our time to about a microsecond; Excel itself shows milliseconds.
    private static string Moment(DateTime moment)
    {
        var rounded = new DateTime((moment.Ticks + (TimeSpan.TicksPerMillisecond / 2)) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
        return rounded.ToString("yyyy-MM-ddTHH:mm:ss.FFF", CultureInfo.InvariantCulture);
    }

    private static string Number(double number)
    {
        var text = number.ToString("G15", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? exact.ToString(CultureInfo.InvariantCulture)
            : text;
    }

    private void ReadHeader()
    {
        cells = new string?[Math.Min(reader.FieldCount, DelimitedRows.MaxColumns)];
        while (Next())
        {
            if (Take())
            {
                var last = Array.FindLastIndex(cells, cell => cell is not null);
                Columns = ColumnNames.Of([.. cells.Take(last + 1).Select(cell => cell ?? "")]);
                cells = new string?[Columns.Count];
                return;
            }
        }

        throw new SourceException($"The sheet '{reader.Name}' of {file.Path} is empty. Its first row must name the columns.");
    }

    private bool Next()
    {
        try
        {
            return reader.Read();
        }
#pragma warning disable CA1031 // As above: the sheet is damaged, in whatever way.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new SourceException($"The sheet '{reader.Name}' of {file.Path} cannot be read: {error.Message}", error);
        }
    }

    private bool Take()
    {
        var isAny = false;
        for (var index = 0; index < cells.Length; index++)
        {
            cells[index] = index < reader.FieldCount ? Text(reader.GetValue(index)) : null;
            isAny |= cells[index] is not null;
        }

        return isAny;
    }
}
