using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>A bucket of any store that speaks S3. Every request is signed over its content (SigV4), so a changed byte is refused.</summary>
internal sealed class S3Store : IObjectStore
{
    private readonly AmazonS3Client client;
    private readonly string bucket;
    private readonly string prefix;
    private readonly int partBytes;

    /// <param name="prefix">Put before every name; empty or ending with a slash.</param>
    /// <param name="partBytes">What is longer goes up in parts of this length; at least 5 MiB, as S3 asks.</param>
    public S3Store(Uri endpoint, string region, string bucket, string prefix, string accessKeyId, string secretAccessKey, int partBytes = 8 << 20)
    {
        this.bucket = bucket;
        this.prefix = prefix;
        this.partBytes = partBytes;
        Description = $"{endpoint.GetLeftPart(UriPartial.Authority)}/{bucket}/{prefix}";
        client = new AmazonS3Client(new BasicAWSCredentials(accessKeyId, secretAccessKey), new AmazonS3Config
        {
            ServiceURL = endpoint.ToString(),
            AuthenticationRegion = region,
            ForcePathStyle = true,
            // Newer checksum headers are not understood by every store; the signature covers the content anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 3,
            Timeout = TimeSpan.FromMinutes(2),
        });
    }

    public string Description { get; }

    public Task PutAsync(string name, Func<Stream, Task> write, CancellationToken cancel) => AskAsync(name, async () =>
    {
        // Stores that know conditional writes refuse to overwrite by themselves; for the others this looks first.
        if (await ExistsAsync(name, cancel))
        {
            throw new ObjectStoreException($"The object {name} is in {Description} already.");
        }

        await using var upload = new S3Upload(client, bucket, Key(name), partBytes, cancel);
        await write(upload);
        await upload.CompleteAsync();
        return true;
    });

    public Task<Stream> OpenAsync(string name, CancellationToken cancel) => AskAsync(name, async () =>
    {
        var response = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = Key(name) }, cancel);
        return response.ResponseStream;
    });

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = this.prefix + prefix };
        while (true)
        {
            var page = await AskAsync(prefix, () => client.ListObjectsV2Async(request, cancel));
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new ObjectInfo(found.Key[this.prefix.Length..], found.Size ?? 0);
            }

            if (page.IsTruncated != true)
            {
                yield break;
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancel) => AskAsync(name, () => client.DeleteObjectAsync(bucket, Key(name), cancel));

    public async Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Func<string, bool> isOurs, DateTimeOffset before, CancellationToken cancel)
    {
        var removed = new List<string>();
        await foreach (var found in UnfinishedAsync(cancel))
        {
            // Keys of others may be anything; asking for the name again makes sure that it is one of ours.
            var name = found.Key.StartsWith(prefix, StringComparison.Ordinal) ? found.Key[prefix.Length..] : "";
            if (ObjectNames.IsFine(name) && isOurs(name) && found.Initiated is { } begun && begun.ToUniversalTime() < before.UtcDateTime)
            {
                await AskAsync(name, () => client.AbortMultipartUploadAsync(bucket, found.Key, found.UploadId, cancel));
                removed.Add(name);
            }
        }

        return [.. removed.Order(StringComparer.Ordinal)];
    }

    public void Dispose() => client.Dispose();

    private string Key(string name)
    {
        ObjectNames.Require(name);
        return prefix + name;
    }

    /// <summary>None if the store does not tell: not every one does, and each has a rule of the bucket that removes them.</summary>
    private async IAsyncEnumerable<MultipartUpload> UnfinishedAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var request = new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix };
        while (true)
        {
            var page = await AskAsync("its unfinished uploads", async () =>
            {
                try
                {
                    return await client.ListMultipartUploadsAsync(request, cancel);
                }
                catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
                {
                    return new ListMultipartUploadsResponse { IsTruncated = false };
                }
            });
            foreach (var found in page.MultipartUploads ?? [])
            {
                yield return found;
            }

            if (page.IsTruncated != true)
            {
                yield break;
            }

            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    }

    private async Task<bool> ExistsAsync(string name, CancellationToken cancel)
    {
        try
        {
            await client.GetObjectMetadataAsync(bucket, Key(name), cancel);
            return true;
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task<T> AskAsync<T>(string name, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode != "NoSuchBucket")
        {
            throw new ObjectMissingException(name, error);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw new ObjectStoreException($"The object {name} is in {Description} already.", error);
        }
        catch (Exception error) when (error is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new ObjectStoreException($"The store {Description} failed for {name}: {error.Message}", error);
        }
    }
}
