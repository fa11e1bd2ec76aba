using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>How this server locks what it uploads, where the bucket has Object Lock.</summary>
internal enum BackupLockMode
{
    /// <summary>It does not, also where the bucket could.</summary>
    Off,

    /// <summary>Only who has the right to bypass the lock can delete.</summary>
    Governance,

    /// <summary>Nobody can delete before the time is over, not even the owner of the account.</summary>
    Compliance,
}

/// <summary>Asks a bucket whether it has Object Lock and keeps versions. Asks again after a while: somebody may have turned them on.</summary>
/// <remarks>A key that may not ask, and a store that does not know the question, count as a bucket that has neither; what is said of it tells the two apart.</remarks>
internal sealed class S3Protection(AmazonS3Client client, string bucket, string prefix, BackupLockMode mode, TimeProvider clock)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private volatile Answer? last;

    /// <summary>How uploads are locked, if the bucket has Object Lock.</summary>
    private ObjectLockMode LockMode => mode == BackupLockMode.Compliance ? ObjectLockMode.Compliance : ObjectLockMode.Governance;

    public async Task<StoreProtection> ReadAsync(CancellationToken cancel)
    {
        if (last is { } known && clock.GetUtcNow() - known.At < MaxAge)
        {
            return known.Protection;
        }

        var found = await AskAsync(cancel);
        last = new Answer(found, clock.GetUtcNow());
        return found;
    }

    private async Task<StoreProtection> AskAsync(CancellationToken cancel)
    {
        var hasVersions = await TryAsync(async () =>
            (await client.GetBucketVersioningAsync(new GetBucketVersioningRequest { BucketName = bucket }, cancel)).VersioningConfig?.Status is { } status
            && (status == VersionStatus.Enabled || status == VersionStatus.Suspended));
        if (hasVersions != true)
        {
            return hasVersions is null
                ? new StoreProtection(null, false, "this key may not ask whether the bucket keeps versions, so they are not used", "allow the key s3:GetBucketVersioning, s3:GetBucketObjectLockConfiguration and s3:ListBucketVersions")
                : new StoreProtection(null, false, "the bucket keeps no versions and has no Object Lock: whoever has the store's key can delete backups", "use a bucket with Object Lock: it is turned on when a bucket is made, at some stores also later");
        }

        if (await TryAsync(async () => await client.ListVersionsAsync(new ListVersionsRequest { BucketName = bucket, Prefix = prefix, MaxKeys = 1 }, cancel) is not null) != true)
        {
            return new StoreProtection(null, false, "the bucket keeps versions, and this key may not list them, so they are not used", "allow the key s3:ListBucketVersions and s3:GetObjectVersion");
        }

        var hasLock = await TryAsync(async () =>
            (await client.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = bucket }, cancel)).ObjectLockConfiguration?.ObjectLockEnabled == ObjectLockEnabled.Enabled);
        return hasLock switch
        {
            null => new StoreProtection(null, true, "the bucket keeps versions; this key may not ask whether it has Object Lock, so nothing is locked", "allow the key s3:GetBucketObjectLockConfiguration, s3:PutObjectRetention and s3:GetObjectRetention"),
            false => new StoreProtection(null, true, "the bucket keeps versions and has no Object Lock: whoever may delete versions can delete backups", "turn Object Lock on for the bucket, or use one that has it"),
            true when mode == BackupLockMode.Off => new StoreProtection(null, true, "the bucket has Object Lock, and Backup:LockMode is Off, so nothing is locked", "set Backup:LockMode to Governance or Compliance"),
            true => new StoreProtection(LockMode.Value, true, $"Object Lock is on: nobody can delete a backup before its retention is over ({LockMode.Value})", null),
        };
    }

    /// <returns>Null if this key may not ask.</returns>
    private static async Task<bool?> TryAsync(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden)
        {
            return null;
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest && error.ErrorCode != "NoSuchBucket")
        {
            return false;
        }
        catch (AmazonUnmarshallingException)
        {
            // A store that does not know the question and answers another one.
            return false;
        }
    }

    private sealed record Answer(StoreProtection Protection, DateTimeOffset At);
}
