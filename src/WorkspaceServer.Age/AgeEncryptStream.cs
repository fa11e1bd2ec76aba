using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>Encrypts what is written to it, into another stream. Nothing is a whole age file before <see cref="Complete"/>.</summary>
/// <remarks>Memory is one chunk each way, whatever the length. The other stream stays open.</remarks>
public sealed class AgeEncryptStream : Stream
{
    private readonly Stream destination;
    private readonly AgeChunks chunks;
    private readonly byte[] plain = GC.AllocateArray<byte>(AgeChunks.PlainBytes, pinned: true);
    private readonly byte[] chunk = new byte[AgeChunks.SealedBytes];
    private int filled;
    private bool isComplete;

    /// <summary>Writes the header at once.</summary>
    /// <param name="recipients">At least one. Either all or none of them are post-quantum: one that is not would open the file to a quantum computer.</param>
    /// <exception cref="ArgumentException">There is no recipient, or they are mixed.</exception>
    public AgeEncryptStream(Stream destination, IReadOnlyCollection<AgeRecipient> recipients)
    {
        if (recipients.Count == 0 || recipients.Select(recipient => recipient.IsPostQuantum).Distinct().Count() > 1)
        {
            throw new ArgumentException("A file needs at least one recipient, and either all or none of them are post-quantum.", nameof(recipients));
        }

        this.destination = destination;
        Span<byte> fileKey = stackalloc byte[AgeHeader.FileKeyBytes];
        Span<byte> salt = stackalloc byte[AgeChunks.SaltBytes];
        try
        {
            RandomNumberGenerator.Fill(fileKey);
            RandomNumberGenerator.Fill(salt);
            chunks = new AgeChunks(fileKey, salt);
            var stanzas = new List<AgeStanza>();
            foreach (var recipient in recipients)
            {
                stanzas.Add(recipient.Wrap(fileKey));
            }

            destination.Write(AgeHeader.Write(stanzas, fileKey));
            destination.Write(salt);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (Take(ref buffer) is { IsEmpty: false } full)
        {
            destination.Write(full.Span);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var at = 0;
        while (TakeAt(buffer, ref at) is { IsEmpty: false } full)
        {
            await destination.WriteAsync(full, cancellationToken);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes the last chunk. Without it the file cannot be read to its end, which is how a cut-off one is told.</summary>
    public void Complete()
    {
        destination.Write(Last().Span);
        destination.Flush();
    }

    /// <inheritdoc cref="Complete"/>
    public async Task CompleteAsync(CancellationToken cancel)
    {
        await destination.WriteAsync(Last(), cancel);
        await destination.FlushAsync(cancel);
    }

    /// <summary>Does nothing: chunks go out when they are full.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            chunks.Dispose();
            CryptographicOperations.ZeroMemory(plain);
        }

        base.Dispose(disposing);
    }

    private ReadOnlyMemory<byte> TakeAt(ReadOnlyMemory<byte> buffer, ref int at)
    {
        var rest = buffer.Span[at..];
        var full = Take(ref rest);
        at = buffer.Length - rest.Length;
        return full;
    }

    /// <summary>Takes in as much as fits and gives back a sealed chunk when one is full and more follows, for the last one is sealed differently.</summary>
    private ReadOnlyMemory<byte> Take(ref ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(isComplete, this);
        ReadOnlyMemory<byte> full = default;
        if (filled == plain.Length && buffer.Length > 0)
        {
            full = chunk.AsMemory(0, chunks.Seal(plain, chunk, isLast: false));
            filled = 0;
        }

        var taken = Math.Min(buffer.Length, plain.Length - filled);
        buffer[..taken].CopyTo(plain.AsSpan(filled));
        filled += taken;
        buffer = buffer[taken..];
        return full.IsEmpty && buffer.Length > 0 ? Take(ref buffer) : full;
    }

    private ReadOnlyMemory<byte> Last()
    {
        ObjectDisposedException.ThrowIf(isComplete, this);
        isComplete = true;
        return chunk.AsMemory(0, chunks.Seal(plain.AsSpan(0, filled), chunk, isLast: true));
    }
}
