using System.Text;
using System.Text.Unicode;
using Sylvan.Data.Csv;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Reads a CSV file record by record (RFC 4180), strictly: whatever is not quite right is an error that names the line.</summary>
internal sealed class CsvRows : IDisposable
{
    private const int BufferChars = 64 * 1024;

    /// <summary>Longest record, in characters.</summary>
    private const int MaxRecordChars = 16 << 20;

    private readonly string path;
    private readonly FileStream file;
    private readonly CsvDataReader reader;
    private IReadOnlyList<string>? names;
    private long nextLine = 1;

    /// <exception cref="ProblemException">The file is missing, empty or not UTF-8.</exception>
    public CsvRows(string path, char delimiter)
    {
        this.path = path;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferChars, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(ProblemCodes.NotFound, $"The file {path} cannot be read: {error.Message}");
        }

        try
        {
            SkipByteOrderMark();
            var text = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, BufferChars);
            reader = Guard(() => CsvDataReader.Create(text, new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = delimiter,
                Comment = '\0',
                BufferSize = BufferChars,
                MaxBufferSize = MaxRecordChars,
                ResultSetMode = ResultSetMode.SingleResult,
            }));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public long Bytes => file.Position;

    public long TotalBytes => file.Length;

    /// <summary>The line at which the current record begins; the first line is 1.</summary>
    public long Line { get; private set; }

    public int Cells => reader.RowFieldCount;

    /// <summary>Reads the header.</summary>
    public IReadOnlyList<string> ReadHeader()
    {
        if (!Read())
        {
            throw Wrong("The file is empty. Its first line must name the columns.");
        }

        return names = CsvHeader.ColumnNames([.. Enumerable.Range(0, Cells).Select(index => Cell(index).ToString())]);
    }

    /// <summary>Goes to the next record, over blank lines.</summary>
    public bool Read()
    {
        while (Guard(reader.Read))
        {
            Line = nextLine;
            var raw = reader.GetRawRecordSpan();
            nextLine += Math.Max(1, raw.Count('\n'));
            if (raw.Trim("\r\n").IsEmpty)
            {
                continue;
            }

            if (names is not null && Cells != names.Count)
            {
                throw Wrong($"Line {Line} has {Cells} cells, but the header has {names.Count}.");
            }

            return true;
        }

        return false;
    }

    /// <summary>A cell of the current record, without its quotes.</summary>
    public ReadOnlySpan<char> Cell(int index)
    {
        var cell = reader.GetFieldSpan(index);
        if (cell.Contains('\0'))
        {
            throw Wrong($"{Place(index)}: the cell holds a NUL character, which is not text.");
        }

        if (cell.Length > TableLoads.MaxCellBytes / 4 && Encoding.UTF8.GetByteCount(cell) > TableLoads.MaxCellBytes)
        {
            throw Wrong($"{Place(index)}: the cell is longer than {TableLoads.MaxCellBytes:N0} bytes.");
        }

        return cell;
    }

    public string Place(int index) => names is null ? $"Line {Line}, column {index + 1}" : $"Line {Line}, column {names[index]}";

    public void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    private static ProblemException Wrong(string message) => new(ProblemCodes.InvalidData, message);

    private void SkipByteOrderMark()
    {
        Span<byte> start = stackalloc byte[3];
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (length >= 2 && IsUtf16(start))
        {
            throw Wrong("The file is UTF-16. Save it as \"CSV UTF-8\" and try again.");
        }

        file.Position = length == 3 && start.SequenceEqual(Encoding.UTF8.Preamble) ? 3 : 0;
    }

    private static bool IsUtf16(ReadOnlySpan<byte> start) => (start[0] == 0xFF && start[1] == 0xFE) || (start[0] == 0xFE && start[1] == 0xFF);

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException)
        {
            throw Wrong($"Line {FirstLineThatIsNotUtf8()} is not UTF-8. Save the file as \"CSV UTF-8\" and try again.");
        }
        catch (CsvRecordTooLargeException)
        {
            throw Wrong($"The record at line {nextLine} is longer than {MaxRecordChars:N0} characters. A quote may be missing at its end.");
        }
        catch (CsvFormatException)
        {
            throw Wrong($"The record at line {nextLine} has a quote in the wrong place. Quotes inside a quoted cell are doubled.");
        }
    }

    private long FirstLineThatIsNotUtf8()
    {
        using var bytes = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferChars);
        var line = new List<byte>();
        for (long number = 1; ; number++)
        {
            line.Clear();
            int next;
            while ((next = bytes.ReadByte()) >= 0)
            {
                line.Add((byte)next);
                if (next == '\n')
                {
                    break;
                }
            }

            if (next < 0 || !Utf8.IsValid(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line)))
            {
                return number;
            }
        }
    }
}
