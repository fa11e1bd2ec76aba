using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>Decrypts an age file as it is read.</summary>
/// <remarks>
/// What comes out is authentic and in order, but only the end of the stream proves that nothing is missing: whoever keeps the
/// plaintext keeps it aside until then (see <see cref="AgeFile.Decrypt"/>). Memory is one chunk each way, whatever the length.
/// The other stream stays open.
/// </remarks>
public sealed class AgeDecryptStream : Stream
{
    private readonly BufferedStream source;
    private readonly AgeChunks chunks;
    private readonly byte[] chunk = new byte[AgeChunks.SealedBytes];
    private readonly byte[] plain = GC.AllocateArray<byte>(AgeChunks.PlainBytes, pinned: true);
    private int next;
    private int end;
    private int ahead = -1;
    private bool isAtEnd;
    private AgeException? failure;

    /// <summary>Reads the header and finds the file key.</summary>
    /// <exception cref="AgeException">The header cannot be read, was changed, or is for others.</exception>
    public AgeDecryptStream(Stream source, IReadOnlyCollection<AgeIdentity> identities)
    {
        this.source = new BufferedStream(source, AgeChunks.SealedBytes);
        var header = AgeHeader.Read(this.source);
        Span<byte> fileKey = stackalloc byte[AgeHeader.FileKeyBytes];
        Span<byte> salt = stackalloc byte[AgeChunks.SaltBytes];
        try
        {
            FindFileKey(header, identities, fileKey);
            header.Verify(fileKey);
            if (this.source.ReadAtLeast(salt, salt.Length, throwOnEndOfStream: false) < salt.Length)
            {
                throw new AgeException(AgeError.Header, "The age file is cut off right after its header.");
            }

            chunks = new AgeChunks(fileKey, salt);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="AgeException"><see cref="AgeError.Payload"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (next == end && !isAtEnd)
        {
            ReadChunk();
        }

        var count = Math.Min(buffer.Length, end - next);
        plain.AsSpan(next, count).CopyTo(buffer);
        next += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            chunks.Dispose();
            CryptographicOperations.ZeroMemory(plain);
        }

        base.Dispose(disposing);
    }

    private static void FindFileKey(AgeHeader header, IReadOnlyCollection<AgeIdentity> identities, Span<byte> fileKey)
    {
        // A passphrase stands alone, so that whoever opens the file knows that the holder of the passphrase wrote it.
        if (header.Stanzas.Count > 1 && header.Stanzas.Any(stanza => stanza.Kind == "scrypt"))
        {
            throw new AgeException(AgeError.Header, "The age header mixes a passphrase with other recipients.");
        }

        var isFound = false;
        foreach (var stanza in header.Stanzas)
        {
            foreach (var identity in identities)
            {
                isFound = isFound || identity.TryUnwrap(stanza, fileKey);
            }
        }

        if (!isFound)
        {
            throw new AgeException(AgeError.NoMatch, "None of the identities opens this age file. Use the identity of a recipient that it was encrypted to.");
        }
    }

    private void ReadChunk()
    {
        if (failure is not null)
        {
            throw failure;
        }

        var length = Fill();
        var isLast = ahead < 0;
        var isFirst = chunks.IsFirst;
        next = 0;
        if (chunks.TryOpen(chunk.AsSpan(0, length), plain, isLast, out end))
        {
            isAtEnd = isLast;
            if (isLast && end == 0 && !isFirst)
            {
                throw failure = new AgeException(AgeError.Payload, "The age file ends with an empty chunk, which no writer makes.");
            }

            return;
        }

        // A whole chunk of the other kind is authentic all the same; what is wrong comes behind it.
        failure = new AgeException(
            AgeError.Payload, isLast ? "The age file is cut off, or was changed." : "The age file was changed, or something was added to its end.");
        if ((isLast && length < AgeChunks.SealedBytes) || !chunks.TryOpen(chunk.AsSpan(0, length), plain, !isLast, out end))
        {
            end = 0;
            throw failure;
        }
    }

    /// <summary>Reads one chunk and one byte more, which tells whether the chunk is the last.</summary>
    private int Fill()
    {
        var length = 0;
        if (ahead >= 0)
        {
            chunk[length++] = (byte)ahead;
        }

        length += source.ReadAtLeast(chunk.AsSpan(length), chunk.Length - length, throwOnEndOfStream: false);
        ahead = length < chunk.Length ? -1 : source.ReadByte();
        return length;
    }
}
