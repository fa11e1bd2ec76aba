using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>A bucket of any store that speaks S3. Every request is signed over its content (SigV4), so a changed byte is refused.</summary>
/// <remarks>
/// Where the bucket keeps versions an object is its oldest version: this server never overwrites, so what is newer, and a mark that says "deleted", came from somebody
/// else and is not believed. Only that version is ever deleted. Where the bucket has Object Lock, that version is locked.
/// </remarks>
internal sealed class S3Store : IObjectStore
{
    private readonly AmazonS3Client client;
    private readonly string bucket;
    private readonly string prefix;
    private readonly int partBytes;
    private readonly S3Protection protection;

    /// <param name="prefix">Put before every name; empty or ending with a slash.</param>
    /// <param name="partBytes">What is longer goes up in parts of this length; at least 5 MiB, as S3 asks.</param>
    public S3Store(Uri endpoint, string region, string bucket, string prefix, string accessKeyId, string secretAccessKey, BackupLockMode mode, TimeProvider clock, int partBytes = 8 << 20)
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
        protection = new S3Protection(client, bucket, prefix, mode, clock);
    }

    public string Description { get; }

    public Task<StoreProtection> ProtectionAsync(CancellationToken cancel) => AskAsync("the settings of its bucket", () => protection.ReadAsync(cancel));

    public Task PutAsync(string name, Func<Stream, Task> write, DateTimeOffset? keepUntil, CancellationToken cancel) => AskAsync(name, async () =>
    {
        // Stores that know conditional writes refuse to overwrite by themselves; for the others this looks first.
        if (await ExistsAsync(name, cancel))
        {
            throw new ObjectStoreException($"The object {name} is in {Description} already.");
        }

        var locked = keepUntil is { } until && (await protection.ReadAsync(cancel)).Lock is { } mode ? new S3Lock(ObjectLockMode.FindValue(mode), until) : null;
        await using var upload = new S3Upload(client, bucket, Key(name), partBytes, locked, cancel);
        await write(upload);
        await upload.CompleteAsync();
        return true;
    });

    public Task KeepAsync(ObjectInfo found, DateTimeOffset until, CancellationToken cancel) => AskAsync(found.Name, async () =>
    {
        if ((await protection.ReadAsync(cancel)).Lock is not { } mode)
        {
            return false;
        }

        var locked = new S3Lock(ObjectLockMode.FindValue(mode), until);
        try
        {
            await client.PutObjectRetentionAsync(S3Upload.RetentionOf(bucket, Key(found.Name), found.Version, locked), cancel);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            // Nobody can shorten a lock, nor change its mode without another right. It only must last long enough.
            var present = await LockOfAsync(found, cancel);
            if (present is null || present.UntilUtc < locked.UntilUtc)
            {
                if (present is null || present.Mode == locked.Mode)
                {
                    throw;
                }

                await client.PutObjectRetentionAsync(S3Upload.RetentionOf(bucket, Key(found.Name), found.Version, new S3Lock(present.Mode, until)), cancel);
            }
        }

        return true;
    });

    public Task<Stream> OpenAsync(string name, CancellationToken cancel) => AskAsync(name, async () =>
    {
        var request = new GetObjectRequest { BucketName = bucket, Key = Key(name) };
        if ((await protection.ReadAsync(cancel)).HasVersions)
        {
            request.VersionId = (await FindAsync(name, cancel) ?? throw new ObjectMissingException(name)).Version;
        }

        return (await client.GetObjectAsync(request, cancel)).ResponseStream;
    });

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var found = (await ProtectionAsync(cancel)).HasVersions ? ListOldestAsync(prefix, cancel) : ListPresentAsync(prefix, cancel);
        await foreach (var each in found)
        {
            yield return each;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancel) => AskAsync(name, async () =>
    {
        if (!(await protection.ReadAsync(cancel)).HasVersions)
        {
            await client.DeleteObjectAsync(bucket, Key(name), cancel);
        }
        else if (await FindAsync(name, cancel) is { } found)
        {
            await DeleteVersionAsync(found, cancel);
        }

        return true;
    });

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
        if ((await protection.ReadAsync(cancel)).HasVersions)
        {
            return await FindAsync(name, cancel) is not null;
        }

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

    /// <summary>The version that this server wrote, or null.</summary>
    private async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Require(name);
        await foreach (var found in ListOldestAsync(name, cancel))
        {
            // The name itself comes before the longer ones that begin with it.
            return found.Name == name ? found : null;
        }

        return null;
    }

    private async IAsyncEnumerable<ObjectInfo> ListPresentAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
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

    /// <summary>Stores list the versions of one name one after the other, the newest first.</summary>
    private async IAsyncEnumerable<ObjectInfo> ListOldestAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var request = new ListVersionsRequest { BucketName = bucket, Prefix = this.prefix + prefix };
        ObjectInfo? oldest = null;
        while (true)
        {
            var page = await AskAsync(prefix, () => client.ListVersionsAsync(request, cancel));
            foreach (var found in (page.Versions ?? []).Where(each => each.IsDeleteMarker != true))
            {
                var name = found.Key[this.prefix.Length..];
                if (oldest is not null && oldest.Name != name)
                {
                    yield return oldest;
                }

                oldest = new ObjectInfo(name, found.Size ?? 0, found.VersionId);
            }

            if (page.IsTruncated != true)
            {
                break;
            }

            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }

        if (oldest is not null)
        {
            yield return oldest;
        }
    }

    private async Task DeleteVersionAsync(ObjectInfo found, CancellationToken cancel)
    {
        try
        {
            await client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = Key(found.Name), VersionId = found.Version }, cancel);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden)
        {
            throw new ObjectKeptException(
                found.Name, await LockOfAsync(found, cancel) is { } locked ? string.Create(CultureInfo.InvariantCulture, $"it is locked until {locked.UntilUtc:yyyy-MM-dd HH:mm} UTC") : "this key may not delete it (s3:DeleteObjectVersion)", error);
        }
    }

    /// <returns>Null if it is not locked, or this key may not ask.</returns>
    private async Task<S3Lock?> LockOfAsync(ObjectInfo found, CancellationToken cancel)
    {
        try
        {
            var present = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = Key(found.Name), VersionId = found.Version }, cancel);
            return present is { ObjectLockMode: { } mode, ObjectLockRetainUntilDate: { } until } ? new S3Lock(mode, until.ToUniversalTime()) : null;
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
        {
            return null;
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
