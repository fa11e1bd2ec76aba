namespace WorkspaceServer.Hosting;

/// <summary>Keeps what is written at once until somebody writes or flushes in time: a zip archive does both, and a response takes only the latter.</summary>
/// <remarks>What is kept are heads and ends of entries, some kilobytes; rows are written in time.</remarks>
internal sealed class LateWrites(Stream to) : Stream
{
    private readonly MemoryStream kept = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => kept.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => kept.Write(buffer);

    public override void Flush()
    {
        // Kept until the next writing in time, or the end.
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await SendKeptAsync(cancellationToken);
        await to.WriteAsync(buffer, cancellationToken);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await SendKeptAsync(cancellationToken);
        await to.FlushAsync(cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task SendKeptAsync(CancellationToken cancel)
    {
        if (kept.Length > 0)
        {
            await to.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length), cancel);
            kept.SetLength(0);
        }
    }
}
