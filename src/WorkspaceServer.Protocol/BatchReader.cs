using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace WorkspaceServer.Protocol;

/// <summary>A cell as it lies in a batch. Its text was looked at like any other's, but no string was made of it.</summary>
/// <param name="Number">As <see cref="Cell.Number"/>.</param>
/// <param name="Places">As <see cref="Cell.Places"/>.</param>
/// <param name="Start">Of a text: where its first byte is in the batch.</param>
/// <param name="Length">Of a text: its bytes of UTF-8.</param>
public readonly record struct RawCell(CellKind Kind, long Number = 0, byte Places = 0, int Start = 0, int Length = 0);

/// <summary>Reads what <see cref="BatchWriter"/> wrote, and believes nothing of it.</summary>
public sealed class BatchReader
{
    private readonly byte[] bytes;
    private readonly SyncSchema schema;
    private readonly SyncType[] types;
    private readonly int[] key;
    private readonly RawCell[] row;
    private readonly bool isKnown;
    private int at = BatchWriter.HeaderBytes;
    private int read;

    /// <param name="bytes">Kept, and not to be changed meanwhile.</param>
    /// <exception cref="BatchException">It is no batch, or one for another number of columns.</exception>
    public BatchReader(byte[] bytes, SyncSchema schema)
    {
        this.bytes = bytes;
        this.schema = schema;
        types = [.. schema.Columns.Select(column => column.Type)];
        key = BatchWriter.KeyOf(schema);
        row = new RawCell[types.Length];
        if (bytes.Length < BatchWriter.HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != BatchWriter.Magic)
        {
            throw new BatchException("This is no batch of rows.");
        }

        var rows = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
        if (rows > SyncLimits.MaxBatchRows || BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) != types.Length)
        {
            throw new BatchException($"The batch has too many rows, or not {types.Length} columns.");
        }

        Rows = (int)rows;
    }

    private BatchReader(BatchReader known)
        : this(known.bytes, known.schema) => isKnown = true;

    public int Rows { get; }

    /// <summary>Reads the next row.</summary>
    /// <param name="cells">As many as the schema has columns. Of a delete, only those of the key are set, the others are null.</param>
    /// <returns>False after the last.</returns>
    /// <exception cref="BatchException">The bytes are not right; the message names the row.</exception>
    public bool Read(Span<Cell> cells, out RowKind kind)
    {
        if (!ReadRaw(row, out kind))
        {
            return false;
        }

        for (var i = 0; i < row.Length; i++)
        {
            var cell = row[i];
            cells[i] = cell.Kind == CellKind.Text ? Cell.Of(Encoding.UTF8.GetString(TextOf(cell))) : new Cell(cell.Kind, cell.Number, cell.Places);
        }

        return true;
    }

    /// <summary>Reads the next row and makes no strings.</summary>
    /// <inheritdoc cref="Read"/>
    public bool ReadRaw(Span<RawCell> cells, out RowKind kind)
    {
        kind = default;
        if (read == Rows)
        {
            return at == bytes.Length ? false : throw Wrong("Bytes follow the last row");
        }

        var start = at;
        kind = (RowKind)Byte();
        switch (kind)
        {
            case RowKind.Put:
                for (var i = 0; i < types.Length; i++)
                {
                    cells[i] = ReadCell(i);
                }

                break;
            case RowKind.Delete when key.Length > 0:
                cells.Clear();
                foreach (var i in key)
                {
                    cells[i] = ReadCell(i);
                }

                break;
            default:
                throw Wrong("The row is neither to be put nor to be deleted");
        }

        foreach (var i in key)
        {
            if (cells[i].Kind == CellKind.Null)
            {
                throw Wrong($"{schema.Columns[i].Name} is empty, but it belongs to the key");
            }
        }

        read++;
        return at - start <= SyncLimits.MaxRowBytes ? true : throw Wrong("The row is too long");
    }

    /// <summary>The UTF-8 of a text that this reader has read; no copy.</summary>
    public ReadOnlySpan<byte> TextOf(in RawCell cell) => bytes.AsSpan(cell.Start, cell.Length);

    /// <summary>Reads the rows once more. What their texts hold is not looked at again.</summary>
    /// <exception cref="InvalidOperationException">This reader has not come to the end: it cannot know that all is right.</exception>
    public BatchReader Again() => read == Rows && at == bytes.Length ? new BatchReader(this) : throw new InvalidOperationException("The batch was not read to its end.");

    private RawCell ReadCell(int column)
    {
        var kind = (CellKind)Byte();
        var cell = kind switch
        {
            CellKind.Null or CellKind.False or CellKind.True => new RawCell(kind),
            CellKind.Integer => new RawCell(kind, UnZigZag(Number())),
            CellKind.Decimal => new RawCell(kind, Places: Byte(), Number: UnZigZag(Number())),
            CellKind.Text => Text(),
            _ => throw Wrong($"{schema.Columns[column].Name} holds nothing that a cell can hold"),
        };
        return isKnown || WhyNot(cell, types[column]) is not { } why ? cell : throw Wrong($"{schema.Columns[column].Name} {why}");
    }

    private string? WhyNot(in RawCell cell, SyncType type)
    {
        if (cell.Kind != CellKind.Text || !Cell.Fits(cell.Kind, type))
        {
            return new Cell(cell.Kind, cell.Number, cell.Places).WhyNot(type);
        }

        return type == SyncType.Text || Moments.IsWellFormed(TextOf(cell), withTime: type == SyncType.DateTime) ? null : Moments.WhyNot(type);
    }

    private byte Byte() => at < bytes.Length ? bytes[at++] : throw Wrong("The batch ends too early");

    private RawCell Text()
    {
        var length = Number();
        if (length > SyncLimits.MaxCellBytes || (int)length > bytes.Length - at)
        {
            throw Wrong("A text is longer than what follows, or than 1,000,000 bytes");
        }

        var cell = new RawCell(CellKind.Text, Start: at, Length: (int)length);
        if (!isKnown && !Utf8.IsValid(TextOf(cell)))
        {
            throw Wrong("A text is no UTF-8");
        }

        at += cell.Length;
        return cell;
    }

    private ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Wrong("A number has more than 64 bits");
    }

    private static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));

    private BatchException Wrong(string what) => new(FormattableString.Invariant($"Row {read + 1} of the batch: {what}."));
}
