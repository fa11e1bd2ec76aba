using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Weeks of backups in seconds, with everything that goes wrong in weeks; and any order of writes and backups, each of which comes back.</summary>
public sealed class SimulatedNightsTests
{
    private const int DefaultSeed = 20_261_129;
    private const int DefaultSequences = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ulong Seed => (ulong)Setting("ATTACK_SEED", DefaultSeed);

    /// <summary>Sixty days over the day on which Europe's clocks go back; on some the server is off, on some the store is away.</summary>
    [Fact]
    [Trait("claim", "A93")]
    [Trait("claim", "A96")]
    public async Task SixtyDaysWithMissedNightsAndAStoreThatIsAway()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 10, 1, 12, 0, 0, TimeSpan.Zero));
        await using var house = new BackupHouse(clock, new() { PackMinutes = 0 });
        var books = house.Workspaces.Create("Books");
        var random = new SeededRandom(Seed);
        var good = new List<(DateTimeOffset At, int Value)>();
        var missed = 0;
        for (var hour = 0; hour < 60 * 24; hour += 3)
        {
            clock.SetUtcNow(new DateTimeOffset(2026, 10, 1, 12, 0, 0, TimeSpan.Zero).AddHours(hour));
            await SetAsync(house, books, hour);
            var isOff = random.OneIn(4);
            var isAway = !isOff && random.OneIn(12);
            if (!isOff)
            {
                await RunAsync(house, isAway);
                if (house.Runs.LastWhole() is { } last && (good.Count == 0 || last.StartedAt > good[^1].At))
                {
                    good.Add((last.StartedAt, hour));
                }
            }

            // It is said exactly when the last good one is older than a night may be late.
            var isLate = good.Count == 0 || clock.GetUtcNow() - good[^1].At > TimeSpan.FromHours(26);
            missed += isLate ? 1 : 0;
            Assert.Equal(isLate, IsSaid(house));
        }

        Assert.True(missed > 0 && good.Count > 50, $"ATTACK_SEED={Seed}: {missed} late, {good.Count} good");
        Assert.Equal(good.Count, good.Select(each => each.At.AddHours(3.5).UtcDateTime.Date).Distinct().Count());
        var names = await house.Shelf.WholeNamesAsync(Cancel);
        var kept = good.Where(each => good[^1].At - each.At <= TimeSpan.FromDays(30)).ToArray();
        Assert.Equal(kept.Length, names.Count);
        foreach (var each in new[] { kept[0], kept[kept.Length / 2], kept[^1] })
        {
            var (folder, _) = await house.RestoreAsync(Cancel, each.At.AddMinutes(1));
            Assert.Equal(each.Value.ToString(CultureInfo.InvariantCulture), Value(house, folder, books));
        }
    }

    /// <summary>Writes, new workspaces, whole backups, packs and restarts in any order: what was committed at each backup comes back as it was.</summary>
    [Fact]
    [Trait("claim", "C12")]
    [Trait("claim", "D24")]
    public async Task AnySequenceOfWritesAndBackupsRestoresToWhatWasCommittedThen()
    {
        for (var sequence = 0; sequence < Setting("ATTACK_BACKUP_SEQUENCES", DefaultSequences); sequence++)
        {
            var seed = Seed + ((ulong)sequence * 1000);
            try
            {
                await TrySequenceAsync(new SeededRandom(seed));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException($"ATTACK_SEED={seed}: {error.Message}", error);
            }
        }
    }

    private static async Task TrySequenceAsync(SeededRandom random)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var house = new BackupHouse(clock);
        var present = new Dictionary<WorkspaceId, string>();
        var moments = new List<(DateTimeOffset At, Dictionary<WorkspaceId, string> Values)>();
        for (var step = 0; step < 12; step++)
        {
            clock.Advance(TimeSpan.FromMinutes(random.Between(1, 9)));
            switch (random.Next(6))
            {
                case 0:
                    present.Add(house.Workspaces.Create($"Books {step}"), "none");
                    break;
                case 1 when Directory.Exists(house.Workspaces.Folder.Backup):
                    // The stamps are lost, as when the folder comes from elsewhere.
                    Directory.Delete(house.Workspaces.Folder.Backup, recursive: true);
                    break;
                case 2:
                    await house.Runner.RunAsync(null, Cancel);
                    moments.Add((clock.GetUtcNow(), new(present)));
                    break;
                case 3 when moments.Count > 0:
                    await house.Packs.RunAsync(Cancel);
                    moments.Add((clock.GetUtcNow(), new(present)));
                    break;
                case var _ when present.Count > 0:
                    var workspace = random.Pick([.. present.Keys]);
                    var value = random.Between(1, 1_000_000);
                    await SetAsync(house, workspace, value);
                    present[workspace] = value.ToString(CultureInfo.InvariantCulture);
                    break;
            }
        }

        foreach (var (at, values) in moments)
        {
            var (folder, _) = await house.RestoreAsync(Cancel, at);
            Assert.All(values, each => Assert.Equal(each.Value, Value(house, folder, each.Key)));
            Assert.Equal(values.Count, Directory.Exists(Path.Combine(folder, "workspaces")) ? Directory.GetDirectories(Path.Combine(folder, "workspaces")).Length : 0);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(BackupHouse house, bool isAway)
    {
        var away = house.StorePath + ".away";
        if (isAway && Directory.Exists(house.StorePath))
        {
            Directory.Move(house.StorePath, away);
            await File.WriteAllTextAsync(house.StorePath, "nothing is mounted here", Cancel);
        }

        await house.Timer.RunDueAsync(Cancel);
        if (Directory.Exists(away))
        {
            File.Delete(house.StorePath);
            Directory.Move(away, house.StorePath);
        }
    }

    private static bool IsSaid(BackupHouse house)
    {
        try
        {
            house.Health.Describe();
            return false;
        }
        catch (ProblemException)
        {
            return true;
        }
    }

    private static Task SetAsync(BackupHouse house, WorkspaceId workspace, int value) =>
        house.Workspaces.LoadAsync(workspace, SmallBooks.Invoices, [[1, "P1", "2025-04-01", value, "x"]], Cancel);

    private static string Value(BackupHouse house, string folder, WorkspaceId workspace) =>
        house.Totals(folder, workspace).Tables.SingleOrDefault(table => table.Table == "invoices")?.Sums["amount"] ?? "none";

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
