using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Sixty nights with a clock that is moved: one backup a night, thirty days of them, and a missed night that is seen and made up for.</summary>
public sealed class BackupTimerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Start);
    private readonly BackupHouse house;

    public BackupTimerTests() => house = new BackupHouse(clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A96")]
    [Trait("claim", "B41")]
    [Trait("claim", "D62")]
    [Trait("action", nameof(AuditActions.BackupDeleted))]
    public async Task OverSixtyNightsEachOneIsThereForThirtyDays_AndGoneByThirtyOne()
    {
        var (books, closed) = (house.Workspaces.Create("Books"), house.Workspaces.Create("Closed"));
        Directory.CreateDirectory(house.ObjectFile("files/strange"));
        await File.WriteAllTextAsync(house.ObjectFile("files/strange/not-ours.db.age"), "somebody else's", Cancel);
        await house.Timer.RunDueAsync(Cancel);
        clock.SetUtcNow(new DateTimeOffset(2026, 3, 1, 20, 30, 0, TimeSpan.Zero));
        var finished = new List<DateTimeOffset>();
        for (var night = 0; night < 60; night++)
        {
            await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[night, "P1", "2025-04-01", night, "x"]], Cancel);
            if (night == 5)
            {
                house.Workspaces.Lifecycle.Delete(closed, _ => { });
            }

            var next = await house.Timer.RunDueAsync(Cancel);
            finished.Add(clock.GetUtcNow());
            Assert.Equal(TimeSpan.FromMinutes(5), next - clock.GetUtcNow());
            if (night % 10 == 9)
            {
                var now = clock.GetUtcNow();
                var there = (await house.Shelf.WholeNamesAsync(Cancel)).Count;
                var young = finished.Count(at => now - at <= TimeSpan.FromDays(30));
                Assert.InRange(there, young, young + 1);
            }

            clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.DoesNotContain(house.Objects(), name => name.Contains(closed.ToString(), StringComparison.Ordinal));
        Assert.Contains("files/strange/not-ours.db.age", house.Objects());
        Assert.Equal("ok", house.Runs.LastAttempt()!.Outcome);
        Assert.InRange(house.Workspaces.AuditRows.Find(new AuditFilter(Action: "backup.deleted"), 1000).Count, 29, 31);
        var (folder, _) = await house.RestoreAsync(Cancel);
        Assert.Equal("59", house.Totals(folder, books).Tables.Single(table => table.Table == "invoices").Sums["amount"]);

        // What only old generations named is gone, what the newest names is there.
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in await house.Shelf.WholeNamesAsync(Cancel))
        {
            named.UnionWith((await house.Shelf.ReadAsync(name, Cancel)).Generation.Objects.Select(each => each.Name));
        }

        Assert.Equal(named.Order(StringComparer.Ordinal), house.Objects().Where(name => name.StartsWith("files/", StringComparison.Ordinal) && !name.Contains("strange", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("claim", "A93")]
    public async Task AMissedNightIsSeen_AndMadeUpForAtOnce()
    {
        house.Workspaces.Create();
        await house.Timer.RunDueAsync(Cancel);
        Assert.Contains("the last one is of 2026-03-01 12:00", house.Health.Describe(), StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromHours(26) + TimeSpan.FromMinutes(1));
        Assert.Contains("A night was missed", Assert.Throws<ProblemException>(house.Health.Describe).Message, StringComparison.Ordinal);

        await house.Timer.RunDueAsync(Cancel);
        Assert.Contains("the last one is of 2026-03-02 14:01", house.Health.Describe(), StringComparison.Ordinal);
        Assert.Equal(2, (await house.Shelf.WholeNamesAsync(Cancel)).Count);
    }

    [Fact]
    public async Task AFailureIsTriedAgainAfterAQuarterOfAnHour()
    {
        house.Workspaces.Create();
        await File.WriteAllTextAsync(house.StorePath, "a file where the folder should be", Cancel);

        Assert.Equal(clock.GetUtcNow().AddMinutes(15), await house.Timer.RunDueAsync(Cancel));
        File.Delete(house.StorePath);
        clock.Advance(TimeSpan.FromMinutes(15));
        await house.Timer.RunDueAsync(Cancel);

        Assert.Single(await house.Shelf.WholeNamesAsync(Cancel));
        Assert.Equal("ok", house.Runs.LastAttempt()!.Outcome);
    }

    [Fact]
    public async Task TheNightIsTheSameMomentBeforeAndAfterClocksAreMoved()
    {
        // 29 March 2026 is when Europe's clocks are moved; the night is told in UTC, which has no such day.
        house.Workspaces.Create();
        clock.SetUtcNow(new DateTimeOffset(2026, 3, 28, 20, 30, 0, TimeSpan.Zero));
        await house.Timer.RunDueAsync(Cancel);
        clock.SetUtcNow(new DateTimeOffset(2026, 3, 29, 20, 29, 59, TimeSpan.Zero));
        await house.Timer.RunDueAsync(Cancel);
        Assert.Single(await house.Shelf.WholeNamesAsync(Cancel));

        clock.Advance(TimeSpan.FromSeconds(1));
        await house.Timer.RunDueAsync(Cancel);
        Assert.Equal(2, (await house.Shelf.WholeNamesAsync(Cancel)).Count);
    }
}
