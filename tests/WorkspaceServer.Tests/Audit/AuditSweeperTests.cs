using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

/// <summary>No row lives for less than twelve months or more than thirteen, whenever it was written.</summary>
public sealed class AuditSweeperTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 6, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Start);
    private readonly TemporaryWorkspaces workspaces;
    private readonly AuditSweeper sweeper;

    public AuditSweeperTests()
    {
        workspaces = new TemporaryWorkspaces(clock);
        sweeper = new AuditSweeper(workspaces.AuditRows, workspaces.Audit, clock, NullLogger<AuditSweeper>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        sweeper.Dispose();
        await workspaces.DisposeAsync();
    }

    [Fact]
    [Trait("claim", "A84")]
    public async Task OverTwentySevenMonthsNoRowGoesBeforeTwelveMonths_AndNoneStaysForThirteen()
    {
        // One row a day; every seventh night is swept in full detail.
        for (var day = 0; day < 27 * 30; day++)
        {
            await RecordAsync("written " + clock.GetUtcNow().ToUnixTimeMilliseconds());
            await sweeper.SweepAsync(Cancel);
            if (day % 7 == 0)
            {
                var now = clock.GetUtcNow();
                var ages = Mine().Select(row => row.At).ToArray();
                Assert.All(ages, at => Assert.True(at.AddMonths(13) > now, $"a row of {at:u} is still there at {now:u}"));
                var expected = Enumerable.Range(0, day + 1).Select(back => now.AddDays(-back)).Count(at => at > now.AddMonths(-12).AddDays(-1));
                Assert.True(ages.Length >= expected, $"{ages.Length} rows at {now:u}, at least {expected} are younger than 12 months");
            }

            clock.Advance(TimeSpan.FromDays(1));
        }

        workspaces.AuditAnchor.Raise();
        var verdict = workspaces.Verify();
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.RemovedUpTo > 400);
    }

    [Theory]
    [Trait("claim", "A84")]
    [InlineData("2026-01-31T06:00:00Z", "2025-02-01T06:00:00Z", true)] // 12 months less a day
    [InlineData("2026-02-01T06:00:00Z", "2025-02-01T06:00:00Z", true)] // 12 months
    [InlineData("2026-03-01T06:00:00Z", "2025-02-01T06:00:00Z", false)] // 13 months
    [InlineData("2026-03-31T06:00:00Z", "2025-02-28T06:00:00Z", false)] // 13 months after the shortest one
    [InlineData("2025-03-01T06:00:00Z", "2024-03-01T06:00:00Z", true)] // 12 months after a leap day's
    public async Task ARowStaysOrGoes(string today, string written, bool stays)
    {
        clock.AdjustTime(DateTimeOffset.Parse(written, System.Globalization.CultureInfo.InvariantCulture));
        await RecordAsync("old");
        clock.AdjustTime(DateTimeOffset.Parse(today, System.Globalization.CultureInfo.InvariantCulture));

        await sweeper.SweepAsync(Cancel);

        Assert.Equal(stays ? 1 : 0, Mine().Count);
    }

    [Fact]
    [Trait("claim", "A85")]
    [Trait("action", nameof(AuditActions.AuditSwept))]
    public async Task ANightIsSweptOnce_AndTheSweepSaysWhatItRemoved()
    {
        await RecordAsync("old");
        await RecordAsync("old");
        clock.Advance(TimeSpan.FromDays(400));
        await RecordAsync("new");

        await sweeper.SweepAsync(Cancel);
        await sweeper.SweepAsync(Cancel);

        Assert.Equal(["new"], Mine().Select(row => row.Row.TargetId));
        var sweep = Assert.Single(Sweeps());
        Assert.StartsWith("""{"removed":2,"through":2,""", sweep.Row.Details, StringComparison.Ordinal);
        Assert.Equal(("server", "server"), (sweep.Row.ActorKind, sweep.Row.ActorId));

        clock.Advance(TimeSpan.FromDays(1));
        await sweeper.SweepAsync(Cancel);
        Assert.StartsWith("""{"removed":0,"through":2,""", Sweeps()[0].Row.Details, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A85")]
    public async Task ASweepThatWasInterruptedIsFinished()
    {
        for (var number = 0; number < 6; number++)
        {
            await RecordAsync("old");
        }

        clock.Advance(TimeSpan.FromDays(400));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await sweeper.SweepAsync(stopped.Token);
        var plan = workspaces.AuditRows.LastSweep()!.Value;
        Assert.True(workspaces.AuditRows.RemoveOldest(plan.Through, plan.Cutoff, plan.At, 4));
        Assert.Equal(2, Mine().Count);
        workspaces.AuditAnchor.Raise();
        Assert.Empty(workspaces.Verify().Findings);

        await sweeper.SweepAsync(Cancel);

        Assert.Empty(Mine());
        Assert.Single(Sweeps());
        Assert.Empty(workspaces.Verify().Findings);
    }

    [Fact]
    public async Task NamesThatNoRowUsesGoToo()
    {
        await RecordAsync("old");
        clock.Advance(TimeSpan.FromDays(400));
        await sweeper.SweepAsync(Cancel);

        using var connection = workspaces.Control.Open();
        using var command = connection.Command("SELECT group_concat(name) FROM audit_name");
        Assert.Equal("server", command.ExecuteScalar());
    }

    [Fact]
    [Trait("claim", "A85")]
    public async Task TheServerSweepsAtStartAndEveryNight()
    {
        using var waiting = new WaitingClock(Start);
        using var hosted = new AuditSweeper(workspaces.AuditRows, new AuditLog(workspaces.AuditRows, workspaces.AuditAnchor, workspaces.Control, waiting), waiting, NullLogger<AuditSweeper>.Instance);

        await hosted.StartAsync(Cancel);
        await waiting.NextAsync(Cancel);
        waiting.Advance(Start.Date + AuditSweeper.TimeOfDay - Start.UtcDateTime);
        await waiting.NextAsync(Cancel);
        waiting.Advance(TimeSpan.FromDays(1));
        await waiting.NextAsync(Cancel);
        await hosted.StopAsync(Cancel);

        Assert.Equal(["2025-01-02T21:00:00.000Z", "2025-01-01T21:00:00.000Z", "2025-01-01T06:00:00.000Z"], Sweeps().Select(AuditExport.Time));
    }

    private Task RecordAsync(string what) => workspaces.Audit.RecordAsync(new AuditEntry(AuditActions.WorkspaceSettingsChanged) { Actor = new AuditActor("person", "p", "Asha"), Target = ("setting", what) });

    private IReadOnlyList<StoredAuditRow> Mine() => workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.WorkspaceSettingsChanged.Name), 10_000);

    private IReadOnlyList<StoredAuditRow> Sweeps() => workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.AuditSwept.Name), 10_000);

    /// <summary>Tells when somebody begins to wait for it, so that it is moved neither too early nor too late.</summary>
    private sealed class WaitingClock(DateTimeOffset start) : FakeTimeProvider(start), IDisposable
    {
        private readonly SemaphoreSlim waits = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            waits.Release();
            return timer;
        }

        public async Task NextAsync(CancellationToken cancel) => Assert.True(await waits.WaitAsync(TimeSpan.FromSeconds(30), cancel));

        public void Dispose() => waits.Dispose();
    }
}
