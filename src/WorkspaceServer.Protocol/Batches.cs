using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Protocol;

/// <summary>What a row of a batch does.</summary>
public enum RowKind : byte
{
    /// <summary>All cells follow.</summary>
    Put = 1,

    /// <summary>The cells of the key follow, in the order of <see cref="SyncSchema.Key"/>.</summary>
    Delete = 2,
}

/// <param name="Bytes">Before compression.</param>
/// <param name="Sha256">Of <paramref name="Bytes"/>; 32 bytes.</param>
public sealed record Batch(byte[] Bytes, byte[] Sha256, int Rows)
{
    /// <summary>For <see cref="SyncPaths.BatchHashHeader"/>.</summary>
    public string HashText => Convert.ToHexStringLower(Sha256);
}

/// <summary>Writes rows as bytes; PROTOCOL.md gives the format.</summary>
public sealed class BatchWriter(SyncSchema schema)
{
    internal const uint Magic = 0x31425357; // "WSB1", little-endian
    internal const int HeaderBytes = 10;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> buffer = Begin();
    private readonly ArrayBufferWriter<byte> row = new();
    private readonly int[] key = KeyOf(schema);

    public int Rows { get; private set; }

    /// <summary>Bytes so far.</summary>
    public int Length => buffer.WrittenCount;

    /// <summary>Adds a row, its cells in the order of the schema's columns.</summary>
    /// <returns>False if the batch is full; the row was not added: finish this batch and begin the next.</returns>
    /// <exception cref="BatchException">A cell does not fit its column, or the row is longer than a batch takes.</exception>
    public bool TryPut(ReadOnlySpan<Cell> cells)
    {
        if (cells.Length != schema.Columns.Count)
        {
            throw new BatchException($"A row of {schema.Table} has {cells.Length} cells instead of {schema.Columns.Count}.");
        }

        row.ResetWrittenCount();
        row.Write([(byte)RowKind.Put]);
        for (var i = 0; i < cells.Length; i++)
        {
            Write(cells[i], i);
        }

        return TryAdd();
    }

    /// <summary>Deletes the row with this key, its cells in the order of the schema's key.</summary>
    /// <inheritdoc cref="TryPut"/>
    public bool TryDelete(ReadOnlySpan<Cell> cells)
    {
        if (cells.Length != key.Length || key.Length == 0)
        {
            throw new BatchException($"A key of {schema.Table} has {key.Length} cells; {cells.Length} were given.");
        }

        row.ResetWrittenCount();
        row.Write([(byte)RowKind.Delete]);
        for (var i = 0; i < cells.Length; i++)
        {
            Write(cells[i], key[i]);
        }

        return TryAdd();
    }

    public Batch Finish()
    {
        var bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)Rows);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)schema.Columns.Count);
        return new Batch(bytes, SHA256.HashData(bytes), Rows);
    }

    internal static int[] KeyOf(SyncSchema schema)
    {
        var names = schema.Columns.Select(column => column.Name).ToList();
        return [.. schema.Key.Select(name => names.IndexOf(name))];
    }

    private static ArrayBufferWriter<byte> Begin()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        var header = buffer.GetSpan(HeaderBytes);
        header[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        buffer.Advance(HeaderBytes);
        return buffer;
    }

    private bool TryAdd()
    {
        if (row.WrittenCount > SyncLimits.MaxRowBytes)
        {
            throw new BatchException($"A row of {schema.Table} has {row.WrittenCount} bytes; {SyncLimits.MaxRowBytes} are allowed.");
        }

        if (Rows == SyncLimits.MaxBatchRows || buffer.WrittenCount + row.WrittenCount > SyncLimits.MaxBatchBytes)
        {
            return false;
        }

        buffer.Write(row.WrittenSpan);
        Rows++;
        return true;
    }

    private void Write(in Cell cell, int column)
    {
        if (cell.WhyNot(schema.Columns[column].Type) is { } why)
        {
            throw new BatchException($"A cell of {schema.Columns[column].Name} {why}.");
        }

        if (cell.Kind == CellKind.Null && key.Contains(column))
        {
            throw new BatchException($"A cell of {schema.Columns[column].Name} is empty, but it belongs to the key.");
        }

        row.Write([(byte)cell.Kind]);
        switch (cell.Kind)
        {
            case CellKind.Text:
                WriteText(cell.Text!, schema.Columns[column].Name);
                break;
            case CellKind.Integer:
                WriteNumber(ZigZag(cell.Number));
                break;
            case CellKind.Decimal:
                row.Write([cell.Places]);
                WriteNumber(ZigZag(cell.Number));
                break;
        }
    }

    private void WriteText(string text, string column)
    {
        try
        {
            var length = Utf8.GetByteCount(text);
            WriteNumber((ulong)length);
            row.Advance(Utf8.GetBytes(text, row.GetSpan(length)));
        }
        catch (EncoderFallbackException)
        {
            throw new BatchException($"A cell of {column} holds half a character (a surrogate alone), which no UTF-8 can say.");
        }
    }

    /// <summary>LEB128: seven bits a byte, the lowest first, the top bit set while more follow.</summary>
    private void WriteNumber(ulong value)
    {
        var span = row.GetSpan(10);
        var length = 0;
        for (; value > 0x7f; value >>= 7)
        {
            span[length++] = (byte)(0x80 | (value & 0x7f));
        }

        span[length++] = (byte)value;
        row.Advance(length);
    }

    private static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));
}

/// <summary>A batch cannot be written or read; the message says why, for people.</summary>
public sealed class BatchException(string message) : Exception(message);
