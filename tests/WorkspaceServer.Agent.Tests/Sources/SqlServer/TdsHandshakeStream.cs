using System.Buffers.Binary;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>While it lasts, TLS's handshake travels as the data of packets of type PRELOGIN; after it, TLS carries the packets ([MS-TDS] 2.2.6.5, 3.2.5.1, 3.3.5.1).</summary>
internal sealed class TdsHandshakeStream(Stream inner) : Stream
{
    private const int MostBytes = 4096 - TdsMessage.HeaderBytes;

    private int left;

    public bool IsOver { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsOver && left == 0)
        {
            var header = new byte[TdsMessage.HeaderBytes];
            await inner.ReadExactlyAsync(header, cancellationToken);
            left = header[0] == (byte)TdsPacketType.PreLogin
                ? BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - TdsMessage.HeaderBytes
                : throw new InvalidDataException($"A packet of type {header[0]} in the handshake.");
        }

        // The last packet of the handshake may still hold bytes when it is over.
        var read = await inner.ReadAsync(left > 0 ? buffer[..Math.Min(left, buffer.Length)] : buffer, cancellationToken);
        left -= Math.Min(left, read);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsOver)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        for (; buffer.Length > 0; buffer = buffer[Math.Min(MostBytes, buffer.Length)..])
        {
            var data = buffer[..Math.Min(MostBytes, buffer.Length)];
            await inner.WriteAsync(TdsMessage.Packet(TdsPacketType.PreLogin, data.Span, id: 1, isLast: data.Length == buffer.Length), cancellationToken);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
