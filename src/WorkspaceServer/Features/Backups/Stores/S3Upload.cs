using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>Until when nobody can delete an object.</summary>
internal sealed record S3Lock(ObjectLockMode Mode, DateTimeOffset Until)
{
    /// <summary>Stores count in seconds.</summary>
    public DateTime UntilUtc { get; } = DateTimeOffset.FromUnixTimeSeconds(Until.ToUnixTimeSeconds()).UtcDateTime;
}

/// <summary>Takes in an object's bytes: what fits into one part goes up in one request, what is longer in parts. Holds one part in memory.</summary>
/// <param name="locked">How it is locked from its first moment; null: it is not.</param>
internal sealed class S3Upload(AmazonS3Client client, string bucket, string key, int partBytes, S3Lock? locked, CancellationToken cancel) : Stream
{
    private const string OnlyIfNew = "*";

    private readonly byte[] part = new byte[partBytes];
    private readonly List<PartETag> sent = [];
    private int filled;
    private string? uploadId;
    private bool isComplete;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (filled == part.Length)
            {
                await SendPartAsync();
            }

            var taken = Math.Min(buffer.Length, part.Length - filled);
            buffer[..taken].CopyTo(part.AsMemory(filled));
            filled += taken;
            buffer = buffer[taken..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Only what is shorter than a part: an upload's header.</summary>
    public override void Write(byte[] buffer, int offset, int count)
    {
        if (count > part.Length - filled)
        {
            throw new NotSupportedException("Longer writes must be asynchronous.");
        }

        buffer.AsSpan(offset, count).CopyTo(part.AsSpan(filled));
        filled += count;
    }

    /// <summary>Makes the object appear.</summary>
    public async Task CompleteAsync()
    {
        if (uploadId is null)
        {
            using var content = new MemoryStream(part, 0, filled, writable: false);
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = key,
                InputStream = content,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                IfNoneMatch = OnlyIfNew,
                MD5Digest = Checksum(),
            };
            if (locked is not null)
            {
                (request.ObjectLockMode, request.ObjectLockRetainUntilDate) = (locked.Mode, locked.UntilUtc);
            }

            await client.PutObjectAsync(request, cancel);
        }
        else
        {
            await SendPartAsync();
            var done = await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId, PartETags = sent, IfNoneMatch = OnlyIfNew }, cancel);
            if (locked is not null)
            {
                // Not every store takes the lock over from the request that began the upload.
                await client.PutObjectRetentionAsync(RetentionOf(bucket, key, done.VersionId, locked), cancel);
            }
        }

        isComplete = true;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (uploadId is not null && !isComplete)
        {
            try
            {
                // The parts would cost money for as long as they lie there.
                await client.AbortMultipartUploadAsync(bucket, key, uploadId, CancellationToken.None);
            }
            catch (Exception error) when (error is AmazonS3Exception or HttpRequestException)
            {
                // What failed before is thrown already; the next sweep removes what is left.
            }
        }

        await base.DisposeAsync();
    }

    /// <summary>The request that locks one version.</summary>
    public static PutObjectRetentionRequest RetentionOf(string bucket, string key, string? version, S3Lock locked) => new()
    {
        BucketName = bucket,
        Key = key,
        VersionId = version,
        Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.FindValue(locked.Mode.Value), RetainUntilDate = locked.UntilUtc },
    };

    private async Task BeginPartsAsync()
    {
        var request = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key };
        if (locked is not null)
        {
            (request.ObjectLockMode, request.ObjectLockRetainUntilDate) = (locked.Mode, locked.UntilUtc);
        }

        uploadId = (await client.InitiateMultipartUploadAsync(request, cancel)).UploadId;
    }

    /// <summary>Of the part; null if the object is not locked: only then S3 asks for one.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "S3 asks for Content-MD5 with a lock, and it is the one checksum that all stores know. What secures the content are the signature of the request and the digest in the signed generation.")]
    private string? Checksum() => locked is null ? null : Convert.ToBase64String(MD5.HashData(part.AsSpan(0, filled)));

    private async Task SendPartAsync()
    {
        if (uploadId is null)
        {
            await BeginPartsAsync();
        }

        using var content = new MemoryStream(part, 0, filled, writable: false);
        var answer = await client.UploadPartAsync(
            new UploadPartRequest { BucketName = bucket, Key = key, UploadId = uploadId, PartNumber = sent.Count + 1, InputStream = content, PartSize = filled, UseChunkEncoding = false, MD5Digest = Checksum() },
            cancel);
        sent.Add(new PartETag(sent.Count + 1, answer.ETag));
        filled = 0;
    }
}
