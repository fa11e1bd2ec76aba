using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WorkspaceServer.Vault.Sandbox;

/// <summary>Builds one frame: 4 bytes of length (little-endian, without themselves), then the fields in order.</summary>
internal sealed class FrameWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(4096);

    /// <summary>The frames built so far.</summary>
    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    /// <summary>Forgets what was built. Wipes it too, since an open message carries a key.</summary>
    public void Clear() => buffer.Clear();

    public void Frame(Action<FrameWriter> write)
    {
        var start = buffer.WrittenCount;
        Integer(0);
        write(this);
        var header = System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32LittleEndian(header, buffer.WrittenCount - start - sizeof(int));
    }

    public void Byte(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Integer(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), value);
        buffer.Advance(sizeof(int));
    }

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(sizeof(long)), value);
        buffer.Advance(sizeof(long));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Integer(value.Length);
        buffer.Write(value);
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Integer(length);
        Encoding.UTF8.GetBytes(value, buffer.GetSpan(length + 1));
        buffer.Advance(length);
    }

    public void List<T>(IReadOnlyList<T> items, Action<FrameWriter, T> write)
    {
        Integer(items.Count);
        foreach (var item in items)
        {
            write(this, item);
        }
    }

    public void Value(SqlValue value)
    {
        Byte((byte)value.Type);
        switch (value.Type)
        {
            case SqlType.Integer:
                Long(value.AsInteger());
                break;
            case SqlType.Real:
                Long(BitConverter.DoubleToInt64Bits(value.AsReal()));
                break;
            case SqlType.Text:
                Text(value.AsText());
                break;
            case SqlType.Blob:
                Bytes(value.AsBlob());
                break;
        }
    }
}

/// <summary>Reads the fields of one frame in the order in which they were written.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> frame)
{
    /// <summary>Longest frame that either side takes, in bytes.</summary>
    public const int MaxFrameBytes = 64 << 20;

    private ReadOnlySpan<byte> rest = frame;

    public delegate T ReadItem<T>(ref FrameReader reader);

    /// <summary>Reads one frame into <paramref name="buffer"/>, which grows as needed.</summary>
    /// <returns>The frame's length, or -1 at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">The other side sent something that is no frame.</exception>
    public static int ReadFrame(Stream stream, ref byte[] buffer)
    {
        Span<byte> header = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return -1;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 1 or > MaxFrameBytes)
        {
            throw new InvalidDataException("The frame's length is out of range.");
        }

        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        }

        return stream.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) < length ? -1 : length;
    }

    public byte Byte() => Take(1)[0];

    public bool Flag() => Byte() != 0;

    public int Integer() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public ReadOnlySpan<byte> Bytes() => Take(Integer());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>How many items follow. Each has at least one byte, so a false count cannot make us reserve more than the frame is long.</summary>
    public int Count() =>
        Integer() is var count && count >= 0 && count <= rest.Length ? count : throw new InvalidDataException("The list is longer than its frame.");

    public T[] List<T>(ReadItem<T> read)
    {
        var items = new T[Count()];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read(ref this);
        }

        return items;
    }

    public SqlValue Value() => (SqlType)Byte() switch
    {
        SqlType.Integer => Long(),
        SqlType.Real => BitConverter.Int64BitsToDouble(Long()),
        SqlType.Text => Text(),
        SqlType.Blob => Bytes().ToArray(),
        _ => SqlValue.Null,
    };

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > rest.Length)
        {
            throw new InvalidDataException("The frame is shorter than its fields.");
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
