using Microsoft.Extensions.Time.Testing;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Backups;

/// <summary>Object Lock and versions, against an S3 server of another project that has them.</summary>
public sealed class S3LockTests(MotoServer server) : IClassFixture<MotoServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A95")]
    public async Task DoesWhatEveryStoreMust()
    {
        Require();
        using var store = await server.StoreAsync("contract", hasLock: true);
        await ObjectStoreContract.CheckAsync(store, MotoServer.PartBytes, Cancel, knowsAges: false);
        var protection = await store.ProtectionAsync(Cancel);
        Assert.Equal(("GOVERNANCE", true), (protection.Lock, protection.HasVersions));
        Assert.Contains("Object Lock is on", protection.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A95")]
    [InlineData(nameof(BackupLockMode.Governance), 100)]
    [InlineData(nameof(BackupLockMode.Compliance), MotoServer.PartBytes + 1)]
    public async Task AnUploadIsLocked_AndItsLockGrowsAndNeverShrinks(string lockMode, int bytes)
    {
        Require();
        var mode = Enum.Parse<BackupLockMode>(lockMode);
        var expected = lockMode.ToUpperInvariant();
        var bucket = $"lock-{bytes}";
        await using var wire = new RecordingWire(server.Address);
        using var store = await server.StoreAsync(bucket, hasLock: true, mode, wire.Address);
        var until = Seconds(TimeProvider.System.GetUtcNow().AddDays(30));
        var content = RandomNumberGenerator.GetBytes(bytes);

        await store.PutAsync("files/a", stream => stream.WriteAsync(content, Cancel).AsTask(), until, Cancel);

        // S3 refuses a lock without a checksum of the body. This server asks for it only where an object goes up whole, so what went over the wire is looked at.
        var bodies = wire.Requests.Where(each => each.Method == "PUT" && each.Body.Length > 0 && !each.Query.Contains("retention", StringComparison.Ordinal)).ToArray();
        Assert.Equal(bytes, bodies.Sum(each => each.Body.Length));
        Assert.All(bodies, each => Assert.Equal(Convert.ToBase64String(Md5(each.Body)), each.Checksum));
        Assert.Contains(wire.Requests, each => each.Mode == expected && DateTimeOffset.Parse(each.Until!, null) == until);

        Assert.Equal((expected, until), await LockOfAsync(bucket, "home/files/a"));
        var kept = await Assert.ThrowsAsync<ObjectKeptException>(() => store.DeleteAsync("files/a", Cancel));
        Assert.Contains($"{until.UtcDateTime:yyyy-MM-dd HH:mm} UTC", kept.Message, StringComparison.Ordinal);

        var found = await OneAsync(store, "files/");
        await store.KeepAsync(found, until.AddDays(1), Cancel);
        Assert.Equal(until.AddDays(1), (await LockOfAsync(bucket, "home/files/a")).Until);
        Assert.Equal(content, await ObjectStoreContract.ReadAsync(store, "files/a", Cancel));
    }

    [Fact]
    [Trait("claim", "A95")]
    public async Task WithoutALockNothingIsLocked_AndOffIsSaid()
    {
        Require();
        using var off = await server.StoreAsync("off", hasLock: true, BackupLockMode.Off);
        await off.PutAsync("files/a", stream => stream.WriteAsync(new byte[1], Cancel).AsTask(), TimeProvider.System.GetUtcNow().AddDays(1), Cancel);
        var protection = await off.ProtectionAsync(Cancel);
        Assert.Contains("Backup:LockMode is Off", protection.Advice, StringComparison.Ordinal);
        await off.DeleteAsync("files/a", Cancel);

        using var plain = await server.StoreAsync("plain", hasLock: false);
        await plain.PutAsync("files/a", stream => stream.WriteAsync(new byte[1], Cancel).AsTask(), TimeProvider.System.GetUtcNow().AddDays(1), Cancel);
        Assert.Contains("no Object Lock", (await plain.ProtectionAsync(Cancel)).Advice, StringComparison.Ordinal);
        await plain.KeepAsync(await OneAsync(plain, "files/"), TimeProvider.System.GetUtcNow().AddDays(2), Cancel);
        await plain.DeleteAsync("files/a", Cancel);
    }

    /// <summary>Whoever stole the store's key deletes and overwrites what they can. The next restore does not even notice, and the sweep takes only what is ours.</summary>
    [Fact]
    [Trait("claim", "A95")]
    [Trait("claim", "A98")]
    public async Task ABackupOutlivesAThiefOfTheKey_AndIsSweptWhenItsTimeIsOver()
    {
        Require();
        const string Bucket = "stolen";
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var store = await server.StoreAsync(Bucket, hasLock: true, clock: clock);
        await using var house = new BackupHouse(clock, store: store);
        var workspace = house.Workspaces.Create();
        await SmallBooks.LoadAsync(house.Workspaces, workspace, Cancel);
        var first = (await house.Runner.RunAsync(null, Cancel)).Generation;
        var objects = first.Objects.Select(each => "home/" + each.Name).ToArray();
        Assert.All(await Task.WhenAll(objects.Select(name => LockOfAsync(Bucket, name))), each => Assert.InRange(each.Until, Seconds(clock.GetUtcNow().AddDays(30)).AddMinutes(-1), clock.GetUtcNow().AddDays(30)));

        clock.Advance(TimeSpan.FromDays(1));
        var second = (await house.Runner.RunAsync(null, Cancel)).Generation;
        var unchanged = second.Files.Single(file => file.File == workspace.ToString());
        Assert.Contains(unchanged.Object, first.Objects);
        Assert.InRange((await LockOfAsync(Bucket, "home/" + unchanged.Object.Name)).Until, Seconds(clock.GetUtcNow().AddDays(30)).AddMinutes(-1), clock.GetUtcNow().AddDays(30));

        await StealAsync(Bucket);

        Assert.Equal([first.Id, second.Id], (await new BackupVerifier(store, house.Signer).ListAsync(Cancel)).Where(each => each.Findings.Count == 0).Select(each => each.Id));
        var (restored, _) = await house.RestoreAsync(Cancel);
        Assert.NotEmpty(house.Totals(restored, workspace).Tables);

        // The time of the first is over for this server, and not yet for the store's clock.
        clock.Advance(TimeSpan.FromDays(29.5));
        await house.Runner.RunAsync(null, Cancel);
        var kept = await house.Sweeper.PruneAsync(Cancel);
        Assert.Empty(kept.Generations);
        Assert.Contains("is locked until", Assert.Single(kept.Kept), StringComparison.Ordinal);

        await UnlockAsync(Bucket);
        var gone = await house.Sweeper.PruneAsync(Cancel);
        Assert.Equal([first.Id], gone.Generations);
        Assert.Empty(gone.Kept);
        var (_, result) = await house.RestoreAsync(Cancel);
        Assert.NotNull(result);
        using var owner = server.Owner();
        var left = (await owner.ListVersionsAsync(Bucket, Cancel)).Versions;
        Assert.Contains(left, version => version.Key.EndsWith($"{first.Id}.json", StringComparison.Ordinal) && version.IsDeleteMarker != true && version.Size == Junk.Length);
    }

    private const string Junk = "junk";

    /// <summary>What can be done with a key that may put and delete, and not delete versions.</summary>
    private async Task StealAsync(string bucket)
    {
        using var thief = server.Owner();
        foreach (var version in (await thief.ListVersionsAsync(bucket, Cancel)).Versions.ToArray())
        {
            await thief.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = version.Key, ContentBody = Junk }, Cancel);
            await thief.DeleteObjectAsync(bucket, version.Key, Cancel);
        }
    }

    private async Task UnlockAsync(string bucket)
    {
        using var owner = server.Owner();
        foreach (var version in (await owner.ListVersionsAsync(bucket, Cancel)).Versions.Where(each => each.IsDeleteMarker != true))
        {
            await owner.PutObjectRetentionAsync(
                new PutObjectRetentionRequest
                {
                    BucketName = bucket,
                    Key = version.Key,
                    VersionId = version.VersionId,
                    BypassGovernanceRetention = true,
                    Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Governance, RetainUntilDate = DateTime.UnixEpoch },
                },
                Cancel);
        }
    }

    private async Task<(string Mode, DateTimeOffset Until)> LockOfAsync(string bucket, string key)
    {
        using var owner = server.Owner();
        var found = await owner.GetObjectMetadataAsync(bucket, key, Cancel);
        return (found.ObjectLockMode.Value, new DateTimeOffset(found.ObjectLockRetainUntilDate!.Value.ToUniversalTime()));
    }

    private static async Task<ObjectInfo> OneAsync(IObjectStore store, string prefix)
    {
        await foreach (var found in store.ListAsync(prefix, Cancel))
        {
            return found;
        }

        throw new InvalidOperationException("There is none.");
    }

    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

#pragma warning disable CA5351 // The checksum that S3 asks for.
    private static byte[] Md5(byte[] body) => MD5.HashData(body);
#pragma warning restore CA5351

    private void Require() => Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
}
