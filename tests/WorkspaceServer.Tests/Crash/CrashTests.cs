using System.Globalization;
using System.Text.Json;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Tokens;
using Xunit;

namespace WorkspaceServer.Tests.Crash;

/// <summary>
/// kill -9 at 50 places of imports, sample loads, token and workspace changes: before the n-th write, sync, removal or message of
/// the real program. What it said it did is there, once; of what it did not say, all or nothing; nothing is damaged.
/// </summary>
public sealed class CrashTests(CrashTests.Template template) : IClassFixture<CrashTests.Template>
{
    private const ulong Seed = 20_261_124;
    private const int AtOnce = 2;
    private const int OldRows = 50;
    private const int NewRows = 6_000;

    /// <summary>What the program does, how often it is killed meanwhile, and what must hold then.</summary>
    private static readonly Dictionary<string, (string[] Arguments, int Kills, Action<CrashedHome, ProgramRun, Template> Check)> Scenes = new()
    {
        ["import"] = (["table", "import", "{new}", "-w", "Books", "--name", "fresh", "--key", "id", "--json"], 10, (home, run, template) =>
        {
            var tables = home.Tables("Books");
            Assert.Equal(OldRows, tables["orders"]);
            Require(run, tables.TryGetValue("fresh", out var rows), $"{rows} rows of fresh");
            Assert.Contains(rows, new[] { 0L, NewRows });
        }
        ),
        ["replacement"] = (["table", "import", "{new}", "-w", "Books", "--name", "orders", "--key", "id", "--json"], 8, (home, run, template) =>
        {
            var rows = Assert.Single(home.Tables("Books")).Value;
            Assert.Contains(rows, new[] { (long)OldRows, NewRows });
            Require(run, rows == NewRows, $"{rows} rows of orders");
        }
        ),
        ["sample"] = (["sample", "-w", "Books", "--json"], 6, (home, run, template) =>
        {
            var tables = home.Tables("Books");
            Require(run, tables.Count == template.SampleTables.Count + 1, $"{tables.Count} tables");
            Assert.All(tables.Where(table => table.Key != "orders"), table => Assert.Equal(template.SampleTables[table.Key], table.Value));
        }
        ),
        ["token create"] = (["token", "create", "-w", "Books", "--json"], 7, (home, run, template) =>
        {
            var added = home.Tokens.List().Count - template.Tokens;
            Assert.InRange(added, 0, 1);
            Require(run, added == 1, "no token was added");
            if (run.IsAcknowledged)
            {
                Assert.True(SecretToken.TryHash(SecretToken.McpPrefix, JsonElement.Parse(run.Output).GetProperty("token").GetString()!, out var hash));
                Assert.NotNull(home.Tokens.Find(hash));
            }
        }
        ),
        ["token revoke"] = (["token", "revoke", "{token}", "--json"], 6, (home, run, template) =>
        {
            var tokens = home.Tokens.List();
            Assert.Equal(template.Tokens, tokens.Count);
            Require(run, tokens.Single(token => token.Id == template.TokenId).RevokedAt is not null, "the token is still good");
            Assert.All(tokens.Where(token => token.Id != template.TokenId), token => Assert.Null(token.RevokedAt));
        }
        ),
        ["workspace create"] = (["workspace", "create", "Second", "--json"], 7, (home, run, template) =>
        {
            Require(run, home.Find("Second") is not null, "there is no such workspace");
            Assert.True(home.Find("Second") is null || home.Tables("Second").Count == 0);
        }
        ),
        ["workspace delete"] = (["workspace", "delete", "Books", "--yes", "--json"], 2, RequireGone),
        ["key destroy"] = (["key", "destroy", "-w", "Books", "--yes", "--json"], 4, RequireGone),
    };

    private static void RequireGone(CrashedHome home, ProgramRun run, Template template)
    {
        Require(run, home.Find("Books") is null, "the workspace is still there");
        Assert.Equal(OldRows, home.Find("Books") is null ? OldRows : home.Tables("Books")["orders"]);
    }

    public static TheoryData<string> Names => [.. Scenes.Keys];

    [Fact]
    public void TheProgramIsKilledFiftyTimes() => Assert.Equal(50, Scenes.Values.Sum(scene => scene.Kills));

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("claim", "B40")]
    public async Task WhatWasAcknowledgedIsThereOnce_AndNothingIsHalf(string scene)
    {
        var (arguments, kills, check) = Scenes[scene];
        arguments = [.. arguments.Select(argument => argument.Replace("{new}", template.NewFile, StringComparison.Ordinal).Replace("{token}", template.TokenId, StringComparison.Ordinal))];
        IReadOnlyList<(string Call, int Count)> counts;
        using (var home = template.Copy())
        {
            counts = TracedProgram.CountsIn(await new TracedProgram(home.Path).TraceAsync(arguments));
        }

        // Two runs of the same work differ a little, and a point that is not reached does not count.
        var random = new SeededRandom(Seed);
        var killed = 0;
        for (var tries = 0; killed < kills && tries < 3; tries++)
        {
            var points = Enumerable.Range(0, kills - killed).Select(_ => random.Pick(counts)).Select(count => new KillPoint(count.Call, random.Between(1, count.Count))).ToArray();
            await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (point, _) =>
                Interlocked.Add(ref killed, await TryAsync(point, arguments, check) ? 1 : 0));
        }

        Assert.Equal(kills, killed);
    }

    /// <summary>Without this, a suite in which nothing is ever half done would look the same.</summary>
    [Fact]
    public async Task AKillInTheMiddleLeavesSomethingToSweep()
    {
        string[] arguments = ["workspace", "create", "Second", "--json"];
        using var rehearsal = template.Copy();
        var syncs = (await new TracedProgram(rehearsal.Path).TraceAsync(arguments)).Where(line => line.Contains(" fsync(", StringComparison.Ordinal)).ToList();
        var ofTheNewFile = syncs.FindLastIndex(line => line.Contains("workspace.db", StringComparison.Ordinal)) + 1;

        using var home = template.Copy();
        var program = new TracedProgram(home.Path);
        var run = await program.KilledAsync(new KillPoint("fsync", ofTheNewFile), arguments);
        var folders = Directory.GetDirectories(home.File("data/workspaces")).Length;

        Assert.True(run.WasKilled && folders == 2, $"exit code {run.ExitCode}, {folders} folders");
        Assert.Equal(0, (await program.HereAsync("doctor")).ExitCode);
        Assert.Single(Directory.GetDirectories(home.File("data/workspaces")));
    }

    /// <summary>A power cut takes what was not synced, so what the user reads comes after the sync of what it says: sqlite.org/pragma.html#pragma_synchronous, FULL.</summary>
    [Theory]
    [InlineData("wsp_mcp_", "token", "create", "-w", "Books", "--json")]
    [InlineData("revoked", "token", "revoke", "{token}", "--json")]
    [InlineData("deleted", "workspace", "delete", "Books", "--yes", "--json")]
    public async Task TheLogIsSyncedBeforeTheUserIsTold(string told, params string[] arguments)
    {
        using var home = template.Copy();
        var trace = await new TracedProgram(home.Path).TraceAsync([.. arguments.Select(argument => argument.Replace("{token}", template.TokenId, StringComparison.Ordinal))]);
        var lines = trace.Select((Text, At) => (Text, At)).ToArray();
        var answer = lines.First(line => line.Text.Contains(" write(", StringComparison.Ordinal) && line.Text.Contains(told, StringComparison.Ordinal)).At;
        var change = lines.Last(line => line.At < answer && line.Text.Contains(" pwrite64(", StringComparison.Ordinal) && line.Text.Contains("control.db-wal", StringComparison.Ordinal)).At;

        Assert.Contains(lines, line => line.At > change && line.At < answer && line.Text.Contains("sync(", StringComparison.Ordinal) && line.Text.Contains("control.db-wal", StringComparison.Ordinal));
    }

    internal static void CopyTree(string from, TemporaryFolder to)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var target = to.File(Path.GetRelativePath(from, entry));
            if (Directory.Exists(entry))
            {
                Directory.CreateDirectory(target, File.GetUnixFileMode(entry));
            }
            else
            {
                File.Copy(entry, target);
            }
        }
    }

    private static void Require(ProgramRun run, bool isDone, string otherwise) => Assert.True(isDone || !run.IsAcknowledged, $"{otherwise}, but the program said it was done: {run.Output}");

    /// <returns>False if the program ended before it could be killed.</returns>
    private async Task<bool> TryAsync(KillPoint point, string[] arguments, Action<CrashedHome, ProgramRun, Template> check)
    {
        using var folder = template.Copy();
        var program = new TracedProgram(folder.Path);
        var run = await program.KilledAsync(point, arguments);
        try
        {
            Assert.True(run.WasKilled || run.ExitCode == 0, run.Error);
            using (var home = new CrashedHome(folder.Path))
            {
                Assert.Empty(home.Damages());
                check(home, run, template);
            }

            var doctor = await program.HereAsync("doctor", "--thorough");
            Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);

            using (var home = new CrashedHome(folder.Path))
            {
                Assert.Empty(home.FindingsInTheAuditLog());
                Assert.Equal(home.Workspaces.ListKept().Select(workspace => workspace.Id.ToString()).Order(), home.Folder.WorkspaceNames().Order());
                Assert.Empty(home.Find("Books") is null ? [] : await home.LeftoversAfterTheNextLoadAsync("Books"));
            }

            return run.WasKilled;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Killed before {point.Call} number {point.Number} of {string.Join(' ', arguments)}: {error.Message}", error);
        }
    }

    /// <summary>A home with one workspace, one table of fifty rows and two tokens, from which each run gets a copy.</summary>
    public sealed class Template : IAsyncLifetime
    {
        private readonly TemporaryFolder home = new();
        private readonly TemporaryFolder files = new();

        internal string NewFile => files.File("new.csv");

        internal string TokenId { get; private set; } = "";

        internal int Tokens { get; private set; }

        internal IReadOnlyDictionary<string, long> SampleTables { get; private set; } = new Dictionary<string, long>();

        public async ValueTask InitializeAsync()
        {
            await WriteAsync(files.File("old.csv"), OldRows, "old");
            await WriteAsync(NewFile, NewRows, "new");
            var program = new TracedProgram(home.Path);
            foreach (var arguments in new string[][]
            {
                ["init"], ["workspace", "create", "Books"], ["table", "import", files.File("old.csv"), "-w", "Books", "--name", "orders", "--key", "id"],
                ["token", "create", "-w", "Books", "--name", "kept"], ["token", "create", "-w", "Books", "--name", "revoked"],
            })
            {
                var run = await program.RunAsync(arguments);
                Assert.True(run.ExitCode == 0, run.Error);
            }

            using (var made = new CrashedHome(home.Path))
            {
                Tokens = made.Tokens.List().Count;
                TokenId = made.Tokens.List().Single(token => token.Name == "revoked").Id;
            }

            using var copy = Copy();
            Assert.Equal(0, (await new TracedProgram(copy.Path).HereAsync("sample", "-w", "Books")).ExitCode);
            using var loaded = new CrashedHome(copy.Path);
            SampleTables = loaded.Tables("Books").Where(table => table.Key != "orders").ToDictionary();
        }

        public ValueTask DisposeAsync()
        {
            home.Dispose();
            files.Dispose();
            return ValueTask.CompletedTask;
        }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            CrashTests.CopyTree(home.Path, copy);
            return copy;
        }

        private static Task WriteAsync(string path, int rows, string word) => File.WriteAllLinesAsync(path, [
            "id,name,amount",
            .. Enumerable.Range(1, rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{row},{word} name {row},{row}.25")),
        ]);
    }
}
