using Amazon.S3;
using Amazon.S3.Model;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>Takes in an object's bytes: what fits into one part goes up in one request, what is longer in parts. Holds one part in memory.</summary>
internal sealed class S3Upload(AmazonS3Client client, string bucket, string key, int partBytes, CancellationToken cancel) : Stream
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
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket, Key = key, InputStream = content, AutoCloseStream = false, UseChunkEncoding = false, IfNoneMatch = OnlyIfNew }, cancel);
        }
        else
        {
            await SendPartAsync();
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId, PartETags = sent, IfNoneMatch = OnlyIfNew }, cancel);
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

    private async Task SendPartAsync()
    {
        uploadId ??= (await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = key }, cancel)).UploadId;
        using var content = new MemoryStream(part, 0, filled, writable: false);
        var answer = await client.UploadPartAsync(
            new UploadPartRequest { BucketName = bucket, Key = key, UploadId = uploadId, PartNumber = sent.Count + 1, InputStream = content, PartSize = filled, UseChunkEncoding = false },
            cancel);
        sent.Add(new PartETag(sent.Count + 1, answer.ETag));
        filled = 0;
    }
}
