using System.Globalization;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Crash;

/// <summary>
/// kill -9 at seeded places while the master key is replaced: no file is lost, nothing works half, and the next run finishes it or takes it back.
/// A few kills; ATTACK_BACKUP_KILLS=50 for more, ATTACK_SEED for others.
/// </summary>
public sealed class KeyRotationCrashTests(KeyRotationCrashTests.Template template) : IClassFixture<KeyRotationCrashTests.Template>
{
    private const int DefaultSeed = 20_261_125;
    private const int DefaultKills = 14;

    /// <summary>Of renames there are few, and they are the steps: the new key, each of the three files, the kept key, the key itself.</summary>
    private const int Renames = 6;

    private const int AtOnce = 2;

    private static readonly string[] Rotate = ["key", "rotate", "--yes", "--json"];
    private static readonly string[] Undo = ["key", "rotate", "--undo", "--yes", "--json"];

    private static int Kills => Math.Max(DefaultKills, Setting("ATTACK_BACKUP_KILLS", DefaultKills));

    private static ulong Seed => (ulong)Setting("ATTACK_SEED", DefaultSeed);

    [Fact]
    public async Task EveryFileOpensWithOneKey_WheneverTheProgramIsKilled()
    {
        IReadOnlyList<(string Call, int Count)> counts;
        using (var home = template.Copy())
        {
            counts = TracedProgram.CountsIn(await new TracedProgram(home.Path).TraceAsync(Rotate));
        }

        var random = new SeededRandom(Seed);
        KillPoint[] points =
        [
            .. Enumerable.Range(1, Renames).Select(number => new KillPoint("rename", number)),
            .. Enumerable.Range(0, Kills - Renames).Select(_ => random.Pick(counts)).Select(count => new KillPoint(count.Call, random.Between(1, count.Count))),
        ];
        var killed = 0;
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (point, _) =>
            Interlocked.Add(ref killed, await TryAsync(point) ? 1 : 0));

        // Two runs of the same work differ a little, and a place near the end may not be reached.
        Assert.InRange(killed, Kills * 6 / 7, Kills);
    }

    [Fact]
    public async Task WhatWasBegunCanBeTakenBack_UntilTheControlDatabaseTurned()
    {
        using var folder = template.Copy();
        var program = new TracedProgram(folder.Path);
        Assert.True((await program.KilledAsync(new KillPoint("rename", 3), Rotate)).WasKilled);
        var undone = await program.HereAsync(Undo);
        Assert.True(undone.ExitCode == 0, undone.Error);
        Assert.Equal(["master.key"], Keys(folder));
        await RequireWholeAsync(folder, program);

        Assert.True((await program.KilledAsync(new KillPoint("rename", 5), Rotate)).WasKilled);
        var late = await program.HereAsync(Undo);
        Assert.Equal(2, late.ExitCode);
        Assert.Contains("too late", late.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await program.HereAsync(Rotate)).ExitCode);
        await RequireWholeAsync(folder, program);
    }

    private static IEnumerable<string> Keys(TemporaryFolder folder) => Directory.GetFiles(folder.File("keys")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    /// <returns>False if the program ended before it could be killed.</returns>
    private async Task<bool> TryAsync(KillPoint point)
    {
        using var folder = template.Copy();
        var before = await File.ReadAllBytesAsync(folder.File("keys/master.key"));
        var program = new TracedProgram(folder.Path);
        var run = await program.KilledAsync(point, Rotate);
        try
        {
            if (File.Exists(folder.File("keys/master.key.next")))
            {
                var refused = await program.HereAsync("workspace", "list");
                Assert.Equal(78, refused.ExitCode);
                Assert.Contains("key rotate --yes", refused.Error, StringComparison.Ordinal);
            }

            // A run that was killed before its first step, or after its last, begins another replacement; both are fine.
            var finished = await program.HereAsync(Rotate);
            Assert.True(finished.ExitCode == 0, finished.Error);
            await RequireWholeAsync(folder, program);
            var keys = Keys(folder).ToArray();
            Assert.Contains(keys.Where(name => name.Contains(".old-", StringComparison.Ordinal)), name => File.ReadAllBytes(folder.File("keys/" + name)).AsSpan().SequenceEqual(before));
            Assert.DoesNotContain(keys, name => name.EndsWith(".next", StringComparison.Ordinal) || name.EndsWith(".partial", StringComparison.Ordinal));
            RequireNoOtherKeyOpens(folder, keys);
            return run.WasKilled;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"ATTACK_SEED={Seed}: killed before {point.Call} number {point.Number}: {error.Message}", error);
        }
    }

    private async Task RequireWholeAsync(TemporaryFolder folder, TracedProgram program)
    {
        using (var home = new CrashedHome(folder.Path))
        {
            Assert.Empty(home.Damages());
            Assert.Empty(home.FindingsInTheAuditLog());
            Assert.Equal(template.Tables, home.Tables("Books"));
            Assert.Equal(template.Tables, home.Tables("Second"));
        }

        Assert.Empty(Directory.GetFiles(folder.File("data"), "*.rekeyed*", SearchOption.AllDirectories));
        var doctor = await program.HereAsync("doctor");
        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
    }

    private static void RequireNoOtherKeyOpens(TemporaryFolder folder, string[] keys)
    {
        var control = DataFolder.Open(folder.File("data")).ControlDatabase;
        var opening = keys.Where(name =>
        {
            using var master = MasterKey.Load(folder.File("keys/" + name));
            using var key = KeyDerivation.ForControl(master);
            try
            {
                EncryptedDatabase.Open(control, key, DatabaseAccess.ReadOnly).Dispose();
                return true;
            }
            catch (VaultException error) when (error.Error == VaultError.WrongKey)
            {
                return false;
            }
        });
        Assert.Equal(["master.key"], opening);
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>A home with two workspaces that hold the same, from which each run gets a copy.</summary>
    public sealed class Template : IAsyncLifetime
    {
        private readonly TemporaryFolder home = new();

        internal IReadOnlyDictionary<string, long> Tables { get; private set; } = new Dictionary<string, long>();

        public async ValueTask InitializeAsync()
        {
            await File.WriteAllLinesAsync(home.File("rows.csv"), ["id,amount", .. Enumerable.Range(1, 500).Select(row => $"{row},{row}.25")]);
            var program = new TracedProgram(home.Path);
            foreach (var arguments in new string[][]
            {
                ["init"], ["workspace", "create", "Books"], ["workspace", "create", "Second"],
                ["table", "import", home.File("rows.csv"), "-w", "Books", "--name", "orders"], ["table", "import", home.File("rows.csv"), "-w", "Second", "--name", "orders"],
            })
            {
                var run = await program.HereAsync(arguments);
                Assert.True(run.ExitCode == 0, run.Error);
            }

            using var made = new CrashedHome(home.Path);
            Tables = made.Tables("Books");
            Assert.Equal(500, Tables["orders"]);
        }

        public ValueTask DisposeAsync()
        {
            home.Dispose();
            return ValueTask.CompletedTask;
        }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            CrashTests.CopyTree(home.Path, copy);
            return copy;
        }
    }
}
