using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Backups;

/// <summary>The store that speaks S3, against a server of another project.</summary>
public sealed class S3StoreTests : IDisposable
{
    private const int PartBytes = 5 << 20;
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "A95")]
    public Task DoesWhatEveryStoreMust() => WithServerAsync("lenient", async port =>
    {
        using var store = Store(port, "S3RVER");
        await ObjectStoreContract.CheckAsync(store, PartBytes, Cancel);
    });

    [Fact]
    [Trait("claim", "A95")]
    public Task EveryRequestIsSigned_AndAWrongKeyIsRefused() => WithServerAsync("strict", async port =>
    {
        using var store = Store(port, "S3RVER");
        var content = RandomNumberGenerator.GetBytes((2 * PartBytes) + 1);
        await ObjectStoreContract.PutAsync(store, "small", content[..100], Cancel);
        await ObjectStoreContract.PutAsync(store, "in/parts", content, Cancel);
        Assert.Equal(content, await ObjectStoreContract.ReadAsync(store, "in/parts", Cancel));

        using var stranger = Store(port, "not-the-key");
        await Assert.ThrowsAsync<ObjectStoreException>(() => ObjectStoreContract.PutAsync(stranger, "a", [1], Cancel));
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => stranger.OpenAsync("small", Cancel));
        Assert.DoesNotContain("not-the-key", error.ToString(), StringComparison.Ordinal);
    });

    [Fact]
    public Task AStoreThatCannotTellWhatIsUnfinishedIsLeftAlone() => WithServerAsync("mute", async port =>
    {
        using var store = Store(port, "S3RVER");
        Assert.Empty(await store.RemoveUnfinishedAsync(_ => true, TimeProvider.System.GetUtcNow(), Cancel));
    });

    private async Task WithServerAsync(string how, Func<int, Task> use)
    {
        await NodeTools.RunAsync("--version", [], Cancel);
        using var server = new Process
        {
            StartInfo = new ProcessStartInfo(
                Path.Combine(NodeTools.Packages, ".bin", "node"),
                [Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Backups", "s3.mjs"), NodeTools.Packages, folder.Path, how])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        server.Start();
        try
        {
            await use(int.Parse((await server.StandardOutput.ReadLineAsync(Cancel))!, CultureInfo.InvariantCulture));
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync(Cancel);
        }
    }

    private static S3Store Store(int port, string secret) =>
        new(new Uri($"http://127.0.0.1:{port}"), "us-east-1", "backups", "home/", "S3RVER", secret, BackupLockMode.Governance, TimeProvider.System, PartBytes);
}
