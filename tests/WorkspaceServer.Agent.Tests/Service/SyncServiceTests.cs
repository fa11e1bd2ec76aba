using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Service;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Tests.Server;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Service;

/// <summary>The service syncs when it starts, by the schedule, and when a file changes; not in quiet hours. The clock is the test's, files and their signs are the system's.</summary>
public sealed class SyncServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly TemporaryFolder folder = new();
    private readonly WaitingClock clock = new();
    private ProtocolServer server = null!;

    private AgentHome Home => new(folder.File("home"));

    private IEnumerable<string> Lines => server.Tables["t"].Lines;

    public async ValueTask InitializeAsync()
    {
        server = await ProtocolServer.StartAsync();
        Directory.CreateDirectory(folder.File("books"));
        var secrets = new SecretStore(Home);
        var (pairing, key, _) = await Pairer.PairAsync(new Uri(server.Url), server.PairingToken, "PC", clock, CancellationToken.None);
        secrets.Save(secrets.Load() with { SigningKey = key });
        (AgentConfig.Empty with
        {
            Pairing = pairing,
            Sources = [new SourceConfig("books", SourceKind.Files, folder.File("books"), [new TableConfig("t", "t", ["id"], null, [])])],
            Schedule = new ScheduleConfig(EveryMinutes: 15, WatchFiles: true, QuietFrom: "22:00", QuietTo: "06:00"),
        }).Save(Home);
        Write("1,a");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task ItSyncsAtOnce_WhenAFileChanges_AndByTheSchedule()
    {
        clock.SetUtcNow(At(12, 0));
        using var service = await StartAsync();
        Assert.Equal(TimeSpan.FromMinutes(15), await clock.WaitAsync());
        Assert.Equal(["1 a"], Lines);

        Write("1,a\n2,b");
        Assert.Equal(TimeSpan.FromMinutes(15), await SettleAsync());
        Assert.Equal(["1 a", "2 b"], Lines);
        Assert.True(clock.GetUtcNow() < At(12, 15));

        var before = server.Requests.Count;
        clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(TimeSpan.FromMinutes(15), await SettleAsync());
        // It asked for a token, and had nothing to send.
        Assert.True(server.Requests.Count > before);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task InQuietHoursAChangeWaitsForTheMorning()
    {
        clock.SetUtcNow(At(21, 50));
        using var service = await StartAsync();
        Assert.Equal(At(24 + 6, 0) - At(21, 50), await clock.WaitAsync());
        clock.Advance(TimeSpan.FromMinutes(20));

        Write("1,changed");
        var quiet = await SettleAsync();
        Assert.Equal(At(24 + 6, 0) - clock.GetUtcNow(), quiet);
        Assert.Equal(["1 a"], Lines);

        clock.Advance(quiet);
        Assert.Equal(TimeSpan.FromMinutes(15), await SettleAsync());
        Assert.Equal(["1 changed"], Lines);
        await service.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("Files", "books", "books/new.csv")]
    [InlineData("Files", "books/t.csv", "books/t.csv")]
    // SQLite's log: the file itself is written much later (sqlite.org/wal.html).
    [InlineData("Sqlite", "books/books.db", "books/books.db-wal")]
    public async Task WhatIsWrittenIsNoticed(string kind, string place, string written)
    {
        var noticed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watchers = new FileWatchers(
            [new SourceConfig("gone", SourceKind.Files, folder.File("nowhere/t.csv"), []), new SourceConfig("s", Enum.Parse<SourceKind>(kind), folder.File(place), [])], () => noticed.TrySetResult(), NullLogger.Instance);

        folder.Write(written, "x");

        await noticed.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static DateTimeOffset At(int hour, int minute) => new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero).AddHours(hour).AddMinutes(minute);

    private async Task<SyncService> StartAsync()
    {
        var service = new SyncService(Home, clock, NullLogger<SyncService>.Instance);
        await service.StartAsync(CancellationToken.None);
        return service;
    }

    private void Write(string rows) => File.WriteAllText(folder.File("books/t.csv"), $"id,name\n{rows}\n");

    /// <summary>Lets the service wait until the file was silent, as often as it wants to.</summary>
    /// <returns>What it waits for then.</returns>
    private async Task<TimeSpan> SettleAsync()
    {
        while (true)
        {
            var wait = await clock.WaitAsync();
            if (wait != Settling)
            {
                return wait;
            }

            clock.Advance(Settling);
        }
    }

    /// <summary>Tells how long somebody begins to wait.</summary>
    private sealed class WaitingClock : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> waits = Channel.CreateUnbounded<TimeSpan>();

        public WaitingClock()
            : base(At(0, 0))
        {
        }

        public Task<TimeSpan> WaitAsync() => waits.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
