using System.Buffers.Binary;
using System.Text;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>The first byte of a packet ([MS-TDS] 2.2.3.1.1).</summary>
internal enum TdsPacketType : byte
{
    SqlBatch = 1,
    Rpc = 3,
    Response = 4,
    Attention = 6,
    TransactionManager = 14,
    Login7 = 16,
    PreLogin = 18,
}

/// <summary>What one side says at a time: the data of its packets, the last of which is marked as such ([MS-TDS] 2.2.1 and 2.2.3).</summary>
internal sealed record TdsMessage(TdsPacketType Type, byte[] Body)
{
    public const int HeaderBytes = 8;

    private const int MaxBytes = 1 << 20;
    private const byte EndOfMessage = 1;

    /// <returns>Null if the other side is gone.</returns>
    public static async Task<TdsMessage?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        var header = new byte[HeaderBytes];
        while (true)
        {
            if (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancel) < HeaderBytes)
            {
                return null;
            }

            var data = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderBytes];
            await stream.ReadExactlyAsync(data, cancel);
            body.Write(data);
            if (body.Length > MaxBytes)
            {
                throw new InvalidDataException("No statement of the agent is that long.");
            }

            if ((header[1] & EndOfMessage) != 0)
            {
                return new TdsMessage((TdsPacketType)header[0], body.ToArray());
            }
        }
    }

    /// <summary>One packet.</summary>
    public static byte[] Packet(TdsPacketType type, ReadOnlySpan<byte> data, byte id, bool isLast)
    {
        var packet = new byte[HeaderBytes + data.Length];
        (packet[0], packet[1], packet[6]) = ((byte)type, isLast ? EndOfMessage : (byte)0, id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        data.CopyTo(packet.AsSpan(HeaderBytes));
        return packet;
    }
}

/// <summary>Reads the fields of a message, the lowest byte first ([MS-TDS] 2.2.5).</summary>
internal sealed class TdsReader(ReadOnlyMemory<byte> bytes)
{
    private int at;

    public bool IsAtEnd => at == bytes.Length;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        at += count;
        return bytes.Span.Slice(at - count, count);
    }

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public string Text(int characters) => Encoding.Unicode.GetString(Bytes(2 * characters));

    /// <summary>ALL_HEADERS ([MS-TDS] 2.2.5.3).</summary>
    /// <returns>The descriptor of the transaction that the request is to run in; 0 for none.</returns>
    public ulong Headers()
    {
        const int TransactionDescriptor = 2;
        var end = at + (int)UInt32();
        ulong transaction = 0;
        while (at < end)
        {
            var next = at + (int)UInt32();
            if (UInt16() == TransactionDescriptor)
            {
                transaction = UInt64();
            }

            at = next;
        }

        return transaction;
    }
}

/// <summary>Sends a message piece by piece, in packets of the size that both sides agreed on.</summary>
internal sealed class TdsSender(Stream stream, int packetBytes)
{
    private readonly List<byte> pending = [];
    private byte id;

    public async Task SendAsync(byte[] data, bool isLast, CancellationToken cancel)
    {
        pending.AddRange(data);
        var most = packetBytes - TdsMessage.HeaderBytes;
        var sent = 0;
        while (pending.Count - sent > most || (isLast && pending.Count > sent))
        {
            var count = Math.Min(most, pending.Count - sent);
            var isEnd = isLast && sent + count == pending.Count;
            id = unchecked((byte)(id + 1));
            await stream.WriteAsync(TdsMessage.Packet(TdsPacketType.Response, pending.Slice(sent, count).ToArray(), id, isEnd), cancel);
            sent += count;
        }

        pending.RemoveRange(0, sent);
        if (isLast)
        {
            id = 0;
            await stream.FlushAsync(cancel);
        }
    }

    /// <summary>The beginning of a packet whose end never comes.</summary>
    public async Task SendHalfAsync(CancellationToken cancel)
    {
        var packet = TdsMessage.Packet(TdsPacketType.Response, pending.ToArray(), ++id, isLast: false);
        await stream.WriteAsync(packet.AsMemory(0, (packet.Length + TdsMessage.HeaderBytes) / 2), cancel);
        await stream.FlushAsync(cancel);
    }
}
