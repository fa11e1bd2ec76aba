using System.Globalization;
using System.Text;
using Sylvan.Data.Csv;

namespace WorkspaceServer.Agent.Sources.Files;

/// <summary>Reads a CSV or TSV file record by record (RFC 4180). Cells may hold line breaks and NUL, and be as long as a record may.</summary>
/// <remarks>An empty cell is NULL; one written as "" is empty text, which is NULL again in a column that is not text.</remarks>
internal sealed class DelimitedRows : ISourceRows
{
    /// <summary>Longest record, in characters.</summary>
    public const int MaxRecordChars = 16 << 20;

    public const int MaxColumns = 200;

    private const int BufferChars = 64 * 1024;

    // Half of a character, which decoded text never has; the parser would drop lines that begin with its comment character.
    private const char NoComment = '\uDC00';

    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    private readonly WatchedFile file;
    private readonly CsvDataReader reader;
    private readonly char delimiter;
    private long line;
    private long nextLine = 1;
    private bool hasQuotedEmpty;

    private DelimitedRows(WatchedFile file, CsvDataReader reader, char delimiter)
    {
        this.file = file;
        this.reader = reader;
        this.delimiter = delimiter;
    }

    public IReadOnlyList<SourceColumn> Columns { get; private set; } = [];

    /// <param name="delimiter">What separates the cells, or null: what separates those of the header.</param>
    /// <param name="encoding">Used if the file has no byte order mark; or null: found out.</param>
    public static DelimitedRows Open(string path, char? delimiter, string? encoding)
    {
        var file = new WatchedFile(path);
        try
        {
            var chars = TextEncoding.Detect(file.Stream, encoding);
            var start = file.Stream.Position;
            var between = delimiter ?? FindDelimiter(file.Stream, chars);
            file.Stream.Position = start;
            var text = new StreamReader(file.Stream, chars, detectEncodingFromByteOrderMarks: false, BufferChars);
            var reader = CsvDataReader.Create(text, new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = between,
                Comment = NoComment,
                BufferSize = BufferChars,
                MaxBufferSize = MaxRecordChars,
                ResultSetMode = ResultSetMode.SingleResult,
            });
            var rows = new DelimitedRows(file, reader, between);
            rows.ReadHeader();
            return rows;
        }
        catch (Exception error)
        {
            file.Dispose();
            throw error is SourceException ? error : Explain(path, 1, error) ?? error;
        }
    }

    public ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            while (Next())
            {
                // Blank lines are passed over, unless there is but one column, whose empty cells they are.
                if (reader.RowFieldCount == 1 && Columns.Count != 1 && reader.GetFieldSpan(0).IsEmpty)
                {
                    continue;
                }

                if (reader.RowFieldCount != Columns.Count && !HasOnlyEmptyCellsMore())
                {
                    throw new SourceException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}: line {line} has {reader.RowFieldCount} cells, but the header has {Columns.Count}."));
                }

                hasQuotedEmpty = reader.GetRawRecordSpan().Contains("\"\"", StringComparison.Ordinal);
                return ValueTask.FromResult(true);
            }
        }
        catch (Exception error) when (error is not SourceException && Explain(file.Path, nextLine, error) is { } explained)
        {
            throw explained;
        }

        file.ThrowIfChanged();
        return ValueTask.FromResult(false);
    }

    public bool TryGetCell(int column, out ReadOnlySpan<char> text)
    {
        text = column < reader.RowFieldCount ? reader.GetFieldSpan(column) : [];
        return text.Length > 0 || (hasQuotedEmpty && IsQuotedEmpty(column));
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        file.Dispose();
    }

    private static SourceException? Explain(string path, long line, Exception error) => error switch
    {
        DecoderFallbackException => new SourceException($"{path} holds bytes near line {line} that its encoding does not have. Say which it has with --encoding.", error),
        CsvRecordTooLargeException => new SourceException($"{path}: the record at line {line} is longer than {MaxRecordChars} characters. A quote may be missing at its end.", error),
        CsvFormatException => new SourceException($"{path}: at line {line} a quote is missing at the end of a cell, or stands inside it without being doubled.", error),
        IOException => new SourceException($"{path} cannot be read: {error.Message}", error),
        _ => null,
    };

    /// <summary>What separates the header's cells: the one that comes most often there outside quotes.</summary>
    private static char FindDelimiter(FileStream file, Encoding encoding)
    {
        using var text = new StreamReader(file, encoding, detectEncodingFromByteOrderMarks: false, 4096, leaveOpen: true);
        var counts = new int[Delimiters.Length];
        var isQuoted = false;
        for (var read = 0; read < 1 << 20; read++)
        {
            var next = text.Read();
            if (next < 0 || (next is '\n' or '\r' && !isQuoted))
            {
                break;
            }

            isQuoted ^= next == '"';
            if (!isQuoted && Array.IndexOf(Delimiters, (char)next) is var index and >= 0)
            {
                counts[index]++;
            }
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }

    private void ReadHeader()
    {
        if (!Next())
        {
            throw new SourceException($"{file.Path} is empty. Its first line must name the columns.");
        }

        var headers = Enumerable.Range(0, reader.RowFieldCount).Select(index => reader.GetFieldSpan(index).ToString()).ToList();
        while (headers.Count > 1 && headers[^1].Length == 0)
        {
            headers.RemoveAt(headers.Count - 1);
        }

        Columns = headers.Count <= MaxColumns
            ? ColumnNames.Of(headers)
            : throw new SourceException($"{file.Path} has {headers.Count} columns; at most {MaxColumns} are allowed.");
    }

    private bool Next()
    {
        line = nextLine;
        if (!reader.Read())
        {
            return false;
        }

        nextLine += Math.Max(1, reader.GetRawRecordSpan().Count('\n'));
        return true;
    }

    /// <summary>Some programs end each line with a delimiter.</summary>
    private bool HasOnlyEmptyCellsMore()
    {
        if (reader.RowFieldCount < Columns.Count)
        {
            return false;
        }

        for (var index = Columns.Count; index < reader.RowFieldCount; index++)
        {
            if (!reader.GetFieldSpan(index).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether an empty cell is written as "". The parser does not say, so this looks at the record again.</summary>
    private bool IsQuotedEmpty(int column)
    {
        var raw = reader.GetRawRecordSpan();
        var at = 0;
        for (var cell = 0; cell < column; cell++)
        {
            if (at < raw.Length && raw[at] == '"')
            {
                at++;
                while (at + 1 < raw.Length && (raw[at] != '"' || raw[at + 1] == '"'))
                {
                    at += raw[at] == '"' ? 2 : 1;
                }
            }

            var next = raw[at..].IndexOf(delimiter);
            if (next < 0)
            {
                return false;
            }

            at += next + 1;
        }

        return raw[at..].StartsWith("\"\"");
    }
}
