using System.Text;
using System.Text.Unicode;
using Sylvan.Data.Csv;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Tells whether a file is still the one that was read before.</summary>
internal readonly record struct FileStamp(long Bytes, DateTime WrittenAt);

/// <summary>Reads a CSV file record by record (RFC 4180), strictly: whatever is not quite right is an error that names the line.</summary>
internal sealed class CsvRows : IDisposable
{
    /// <summary>Longest record, in characters.</summary>
    public const int MaxRecordChars = 16 << 20;

    private const int BufferChars = 64 * 1024;

    /// <summary>Half of a character, which text in UTF-8 never has. The parser drops lines that begin with its comment character.</summary>
    private const char NoComment = '\uDC00';

    private readonly CsvSource source;
    private readonly char delimiter;
    private readonly Stream file;
    private readonly CsvDataReader reader;
    private IReadOnlyList<CsvColumn>? columns;
    private long nextLine = 1;
    private (int Cell, int At) scanned;

    /// <exception cref="ProblemException">The file is missing, empty or not UTF-8.</exception>
    public CsvRows(CsvSource source, char delimiter)
    {
        this.source = source;
        this.delimiter = delimiter;
        file = source.Open();

        try
        {
            if (!file.CanSeek)
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"{source.Name} is not a file. It is read twice, so save it as one first.");
            }

            SkipByteOrderMark();
            var text = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, BufferChars);
            reader = Guard(() => CsvDataReader.Create(text, new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = delimiter,
                Comment = NoComment,
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

    public FileStamp Stamp() => new(file.Length, file is FileStream onDisk ? File.GetLastWriteTimeUtc(onDisk.SafeFileHandle) : default);

    /// <summary>Reads the header.</summary>
    public IReadOnlyList<CsvColumn> ReadHeader()
    {
        if (!Read())
        {
            throw Wrong("The file is empty. Its first line must name the columns.");
        }

        if (Cells == 1 && !reader.GetRawRecordSpan().StartsWith("\"") && CsvHeader.LikelyDelimiter(Cell(0)) is { } likely)
        {
            throw Wrong($"Line 1: the header is a single column, '{CsvHeader.Shown(Cell(0).ToString())}'. If it has more, say what separates them: --delimiter {likely}");
        }

        return columns = CsvHeader.Columns([.. Enumerable.Range(0, Cells).Select(index => Cell(index).ToString())]);
    }

    /// <summary>Goes to the next record. Blank lines are passed over, unless there is but one column, whose empty cells they are.</summary>
    public bool Read()
    {
        while (Guard(reader.Read))
        {
            Line = nextLine;
            var raw = reader.GetRawRecordSpan();
            nextLine += Math.Max(1, raw.Count('\n'));
            scanned = default;
            if (raw.Trim("\r\n").IsEmpty && columns?.Count != 1)
            {
                continue;
            }

            if (columns is not null && Cells != columns.Count)
            {
                throw Wrong($"Line {Line} has {Cells} {(Cells == 1 ? "cell" : "cells")}, but the header has {columns.Count}.");
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

    /// <summary>Whether an empty cell is written as "". The parser does not say, so this looks at the record again.</summary>
    public bool IsQuotedEmpty(int index)
    {
        var raw = reader.GetRawRecordSpan();
        if (!raw.Contains("\"\"", StringComparison.Ordinal))
        {
            return false;
        }

        scanned = index < scanned.Cell ? default : scanned;
        while (scanned.Cell < index)
        {
            scanned = (scanned.Cell + 1, EndOfCell(raw, scanned.At) + 1);
        }

        return raw[scanned.At..].StartsWith("\"\"");
    }

    public string Place(int index) => Place(Line, index);

    public void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    private static ProblemException Wrong(string message) => new(ProblemCodes.InvalidData, message);

    private string Place(long line, int index) => columns?.Count > index ? $"Line {line}, column {columns[index].Name}" : $"Line {line}, column {index + 1}";

    /// <summary>Where the delimiter after the cell is that begins at <paramref name="at"/>.</summary>
    private int EndOfCell(ReadOnlySpan<char> raw, int at)
    {
        if (raw[at] == '"')
        {
            at++;
            while (raw[at] != '"' || raw[at + 1] == '"')
            {
                at += raw[at] == '"' ? 2 : 1;
            }
        }

        return at + raw[at..].IndexOf(delimiter);
    }

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
        catch (CsvFormatException error)
        {
            throw Wrong($"{Place(nextLine, error.FieldOrdinal)}: a quote is missing at the end of the cell, or stands inside it without being doubled.");
        }
    }

    private long FirstLineThatIsNotUtf8()
    {
        using var bytes = source.Open();
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
