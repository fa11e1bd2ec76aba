using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Limits;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Limits;

/// <summary>A restart, also a violent one, gives nobody new tries.</summary>
public sealed partial class KeptCountersTests : IAsyncDisposable
{
    private static readonly UInt128 Somebody = RateKeys.Of("somebody");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A75")]
    public async Task TriesOutliveARestart_AndAreOverWhenTheyWouldHaveBeen()
    {
        var before = Limits();
        await using (await StartAsync(before))
        {
            Take(before, RateClasses.SignIn, RateClasses.SignIn.Requests);
            Take(before, RateClasses.Public, 1);
        }

        var after = Limits();
        await using (await StartAsync(after))
        {
            Assert.False(after.Look(RateClasses.SignIn, Somebody).IsAllowed);
            Assert.True(after.Look(RateClasses.SignIn, RateKeys.Of("another")).IsAllowed);
            Assert.Equal(RateClasses.Public.Requests, after.Look(RateClasses.Public, Somebody).Remaining);
        }

        clock.Advance(RateClasses.SignIn.Window * 1.2);
        var later = Limits();
        await using (await StartAsync(later))
        {
            Assert.True(later.Look(RateClasses.SignIn, Somebody).IsAllowed);
        }
    }

    [Fact]
    public async Task WhatIsOverIsForgotten()
    {
        var store = new KeptCountStore(workspaces.Control);
        var limits = Limits();
        await using (await StartAsync(limits))
        {
            Take(limits, RateClasses.SignIn, 1);
        }

        Assert.Single(store.Read(clock.GetUtcNow()));
        store.Write([], clock.GetUtcNow() + (RateClasses.SignIn.Window * 1.2));
        Assert.Empty(store.Read(clock.GetUtcNow()));
    }

    [Fact]
    [Trait("claim", "A75")]
    public async Task TheProgramKilledOutrightStillKnowsWhoTriedTooOften()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder, "init");
        using (var first = await ServingAsync(folder))
        {
            while (await TryBadTokenAsync(first) != HttpStatusCode.TooManyRequests)
            {
            }

            await StoredAsync(folder, RateClasses.BadTokens.Requests);
            first.Program.Kill();
            await first.Program.WaitForExitAsync(Cancel);
        }

        using var second = await ServingAsync(folder);
        Assert.Equal(HttpStatusCode.TooManyRequests, await TryBadTokenAsync(second));
        second.Program.Kill();
        await second.Program.WaitForExitAsync(Cancel);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    private static void Take(RateLimits limits, RateClass rate, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(limits.Take(rate, Somebody).IsAllowed);
        }
    }

    private RateLimits Limits() => new(new LimitOptions(), clock);

    private async Task<Running> StartAsync(RateLimits limits)
    {
        var kept = new KeptCounters(limits, new KeptCountStore(workspaces.Control), clock, NullLogger<KeptCounters>.Instance);
        await kept.StartAsync(Cancel);
        return new Running(kept);
    }

    /// <summary>Waits until the program wrote the counter, which it does every second: looks into its database as it does itself.</summary>
    private static async Task StoredAsync(TemporaryFolder folder, int tries)
    {
        using var master = MasterKey.Load(folder.File("keys/master.key"));
        using var control = ControlDatabase.Open(DataFolder.Open(folder.File("data")), master);
        var store = new KeptCountStore(control);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (store.Read(TimeProvider.System.GetUtcNow()).Sum(Tries) < tries)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static int Tries(StoredCount count) =>
        Enumerable.Range(0, count.Counts.Length / sizeof(int)).Sum(i => BitConverter.ToInt32(count.Counts, i * sizeof(int)));

    private static async Task<HttpStatusCode> TryBadTokenAsync(Serving server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url, "/mcp"));
        request.Headers.Authorization = new("Bearer", Vault.Tokens.SecretToken.Create("wsp_mcp_"));
        using var response = await server.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private static async Task RunAsync(TemporaryFolder folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<Serving> ServingAsync(TemporaryFolder folder)
    {
        var process = Start(folder, "--set", "Server:Url=http://127.0.0.1:0", "--set", "Server:LogFormat=text", "serve");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                if (line.Contains("Now listening on", StringComparison.Ordinal))
                {
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return new Serving(process, new Uri(Address().Match(line).Value));
                }
            }

            throw new InvalidOperationException("The server did not start: " + await process.StandardError.ReadToEndAsync(Cancel));
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(TemporaryFolder folder, params string[] arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "workspace-server"), ["--home", folder.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    [GeneratedRegex("http://[0-9.]+:[0-9]+")]
    private static partial Regex Address();

    private sealed class Running(KeptCounters kept) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await kept.StopAsync(CancellationToken.None);
            kept.Dispose();
        }
    }

    private sealed record Serving(Process Program, Uri Url) : IDisposable
    {
        public HttpClient Http { get; } = new();

        public void Dispose()
        {
            Http.Dispose();
            if (!Program.HasExited)
            {
                Program.Kill();
            }

            Program.Dispose();
        }
    }
}
