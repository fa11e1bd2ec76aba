using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using WorkspaceServer.Features.Backups.Stores;
using Xunit;

namespace WorkspaceServer.EndToEnd.Backups;

/// <summary>An S3 server of another project that keeps versions, has Object Lock, and lists and ends unfinished uploads: moto, which Debian does not have.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    /// <summary>Longer objects go up in parts.</summary>
    public const int PartBytes = 5 << 20;

    private const string Announced = "Running on ";

    private Process? process;

    /// <summary>Why there is none, or null.</summary>
    public string? Missing { get; private set; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        process = Process.Start(new ProcessStartInfo("/usr/bin/env", ["python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Announced, StringComparison.Ordinal) is >= 0 and var at)
            {
                Address = new Uri(line[(at + Announced.Length)..].Trim());
                _ = process.StandardError.ReadToEndAsync();
                return;
            }
        }

        Missing = "There is no S3 server with Object Lock: Debian has none. Install one with: pip install 'moto[server]'";
    }

    /// <summary>What the owner of the account can do.</summary>
    internal AmazonS3Client Owner() => new(
        new BasicAWSCredentials("owner", "owner"),
        new AmazonS3Config { ServiceURL = Address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1", RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED });

    /// <summary>A new bucket, and the store in it.</summary>
    internal async Task<S3Store> StoreAsync(string bucket, bool hasLock, BackupLockMode mode = BackupLockMode.Governance, Uri? through = null, TimeProvider? clock = null)
    {
        using var owner = Owner();
        await owner.PutBucketAsync(new PutBucketRequest { BucketName = bucket, ObjectLockEnabledForBucket = hasLock });
        return new S3Store(through ?? Address, "us-east-1", bucket, "home/", "backup", "backup", mode, clock ?? TimeProvider.System, PartBytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
