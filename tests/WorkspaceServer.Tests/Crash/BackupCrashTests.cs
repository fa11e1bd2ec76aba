using System.Globalization;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Crash;

/// <summary>
/// kill -9 in the middle of backups, restores and rotations of the master key: what was in the store can still be restored, the next try succeeds, and a sweep leaves nothing
/// that no backup names. A few kills; ATTACK_BACKUP_KILLS=50 for more, ATTACK_SEED for others.
/// </summary>
public sealed class BackupCrashTests(BackupCrashTests.Template template) : IClassFixture<BackupCrashTests.Template>
{
    private const int DefaultKills = 5;
    private const int DefaultSeed = 20_261_129;
    private const int OldRows = 400;
    private const int NewRows = 500;

    private static readonly string[] Rotate = ["key", "rotate", "--yes", "--json"];

    private static int Kills => Setting("ATTACK_BACKUP_KILLS", DefaultKills);

    private static ulong Seed => (ulong)Setting("ATTACK_SEED", DefaultSeed);

    [Fact]
    [Trait("claim", "A93")]
    [Trait("claim", "B40")]
    public Task ABackupThatIsKilledLeavesTheOneBefore_AndTheNextOneIsWhole() => KillAsync(Kills * 2 / 5, 1, "live", home => ["backup", "run", "--json"], async (home, run) =>
    {
        // Whatever happened: the newest backup in the store is one of the two, whole, and the new one if the program said so.
        var rows = await RestoredRowsAsync(home, "live/keys/master.key");
        Assert.Contains(rows, run.IsAcknowledged ? [NewRows] : new[] { OldRows, NewRows });
        await SucceedsAsync(home, "live", "backup", "run");
        await SucceedsAsync(home, "live", "backup", "verify", "--all", "--identity", home.File("backup.key"));
        Assert.Equal(NewRows, await RestoredRowsAsync(home, "live/keys/master.key"));
        await NothingIsLeftAsync(home);
    });

    [Fact]
    [Trait("claim", "A98")]
    public Task ARestoreThatIsKilledLeavesAllOrNothing_AndTheNextOneSucceeds() => KillAsync(Kills * 2 / 5, 2, "new", Restore, async (home, run) =>
    {
        var isThere = Directory.Exists(home.File("new/data"));
        Assert.True(isThere || !run.IsAcknowledged, "the program said it was done");
        if (!isThere)
        {
            await SucceedsAsync(home, "new", Restore(home));
        }

        Assert.Empty(Directory.GetDirectories(home.File("new"), "*.restoring"));
        Directory.CreateDirectory(home.File("new/keys"));
        File.Copy(home.File("live/keys/master.key"), home.File("new/keys/master.key"), overwrite: true);
        using var back = new CrashedHome(home.File("new"));
        Assert.Empty(back.Damages());
        Assert.Equal(OldRows, back.Tables("Books")["orders"]);
    });

    [Fact]
    public Task ARotationThatIsKilledLosesNoBackup() => KillAsync(Kills - (Kills * 2 / 5 * 2), 3, "live", home => Rotate, async (home, run) =>
    {
        Assert.Equal(OldRows, await RestoredRowsAsync(home, "first.key", "--id", template.Backup));
        if (!run.IsAcknowledged)
        {
            // It goes on where it was, or was done.
            var again = await Program(home, "live").HereAsync([.. Settings(home), .. Rotate]);
            Assert.True(again.ExitCode == 0, again.Error);
        }

        Assert.NotEqual(await File.ReadAllBytesAsync(home.File("first.key")), await File.ReadAllBytesAsync(home.File("live/keys/master.key")));
        await SucceedsAsync(home, "live", "backup", "run");
        Assert.Equal(NewRows, await RestoredRowsAsync(home, "live/keys/master.key"));
        Assert.Equal(OldRows, await RestoredRowsAsync(home, "first.key", "--id", template.Backup));
        await NothingIsLeftAsync(home);
    });

    private async Task KillAsync(int kills, ulong stream, string home, Func<TemporaryFolder, string[]> verb, Func<TemporaryFolder, ProgramRun, Task> checkAsync)
    {
        IReadOnlyList<(string Call, int Count)> counts;
        using (var rehearsal = template.Copy())
        {
            counts = TracedProgram.CountsIn(await Program(rehearsal, home).TraceAsync([.. Settings(rehearsal), .. verb(rehearsal)]));
        }

        // Two runs of the same work differ a little, and a point that is not reached does not count.
        var random = new SeededRandom(Seed + stream);
        var killed = 0;
        for (var tries = 0; killed < kills && tries < 3 * kills; tries++)
        {
            var count = random.Pick(counts);
            var point = new KillPoint(count.Call, random.Between(1, count.Count));
            using var folder = template.Copy();
            var run = await Program(folder, home).KilledAsync(point, [.. Settings(folder), .. verb(folder)]);
            try
            {
                Assert.True(run.WasKilled || run.ExitCode == 0, run.Error);
                await checkAsync(folder, run);
                killed += run.WasKilled ? 1 : 0;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException($"ATTACK_SEED={Seed}: killed before {point.Call} number {point.Number} of {string.Join(' ', verb(folder))}: {error.Message}", error);
            }
        }

        Assert.Equal(kills, killed);
    }

    private static string[] Restore(TemporaryFolder home) => ["restore", "--identity", home.File("backup.key"), "--master-key", home.File("live/keys/master.key"), "--id", File.ReadAllText(home.File("backup.id")), "--json"];

    private static TracedProgram Program(TemporaryFolder home, string name) => new(home.File(name));

    private static string[] Settings(TemporaryFolder home) =>
        ["--set", $"Backup:Directory={home.File("store")}", "--set", $"Backup:Recipients:0={File.ReadAllText(home.File("recipient"))}"];

    private static async Task SucceedsAsync(TemporaryFolder home, string name, params string[] arguments)
    {
        var run = await Program(home, name).HereAsync([.. Settings(home), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    /// <summary>Restores everything into a folder that is removed again; gives the rows of the one table.</summary>
    private static async Task<int> RestoredRowsAsync(TemporaryFolder home, string masterKey, params string[] more)
    {
        await SucceedsAsync(home, "proof", ["restore", "--identity", home.File("backup.key"), "--master-key", home.File(masterKey), .. more]);
        try
        {
            using var back = new CrashedHome(home.File("proof"));
            Assert.Empty(back.Damages());
            return (int)back.Tables("Books")["orders"];
        }
        finally
        {
            Directory.Delete(home.File("proof"), recursive: true);
        }
    }

    private static async Task NothingIsLeftAsync(TemporaryFolder home)
    {
        using var live = new CrashedHome(home.File("live"));
        Assert.Empty(live.Damages());
        Assert.Empty(live.FindingsInTheAuditLog());
        Assert.Empty(await live.OrphansAfterTheNextSweepAsync(home.File("store")));
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>A home with one backed up table that changed since, its store and its identity, from which each run gets a copy.</summary>
    public sealed class Template : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        internal string Backup { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            using var identity = AgeIdentity.Create();
            await File.WriteAllTextAsync(folder.File("backup.key"), new string(identity.ToText()) + "\n");
            await File.WriteAllTextAsync(folder.File("recipient"), identity.Recipient.ToString());
            await WriteAsync("old.csv", OldRows);
            await WriteAsync("new.csv", NewRows);
            foreach (var arguments in new string[][]
            {
                ["init"], ["workspace", "create", "Books"], ["table", "import", folder.File("old.csv"), "-w", "Books", "--name", "orders", "--key", "id"], ["backup", "run"],
                ["table", "import", folder.File("new.csv"), "-w", "Books", "--name", "orders", "--key", "id"],
            })
            {
                await SucceedsAsync(folder, "live", arguments);
            }

            Backup = Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(folder.File("store/generations"))));
            await File.WriteAllTextAsync(folder.File("backup.id"), Backup);
            File.Copy(folder.File("live/keys/master.key"), folder.File("first.key"));
        }

        public ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            CrashTests.CopyTree(folder.Path, copy);
            return copy;
        }

        private Task WriteAsync(string name, int rows) => File.WriteAllLinesAsync(
            folder.File(name), ["id,amount", .. Enumerable.Range(1, rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{row},{row}.25"))]);
    }
}
