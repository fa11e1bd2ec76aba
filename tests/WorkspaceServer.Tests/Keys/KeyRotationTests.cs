using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Commands;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Keys;

/// <summary>What a new master key changes, and what it must not: backups of before and after, what is sealed, who signed, who may run beside it.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Sum = "SELECT total(amount) FROM orders";

    private readonly TemporaryFolder folder = new();
    private string recipient = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "C12")]
    [Trait("action", nameof(AuditActions.KeyRotated))]
    public async Task BackupsOfBeforeComeBackWithTheOldKey_AndThoseOfAfterWithTheNewOne()
    {
        await File.WriteAllTextAsync(folder.File("one.csv"), "id,amount\n1,10.50\n", Cancel);
        await File.WriteAllTextAsync(folder.File("two.csv"), "id,amount\n1,10.50\n2,20\n", Cancel);
        await File.WriteAllTextAsync(folder.File("three.csv"), "id,amount\n1,10.50\n2,20\n3,30\n", Cancel);
        await RunAsync("a", 0, "init");
        recipient = (await RunAsync("a", 0, "backup", "configure", "--new-identity", folder.File("backup.key"), "--json")).Json.GetProperty("new_recipient").GetString()!;
        await RunAsync("a", 0, "workspace", "create", "Books");
        await ImportAsync("one.csv");
        var first = (await RunAsync("a", 0, "backup", "run", "--json")).Json.GetProperty("id").GetString()!;
        await ImportAsync("two.csv");
        await RunAsync("a", 0, "backup", "run", "--changes", "--json");

        var rotated = (await RunAsync("a", 0, "key", "rotate", "--yes", "--json")).Json;
        var oldKey = rotated.GetProperty("old_key_file").GetString()!;
        var newKey = folder.File("a/keys/master.key");
        Assert.NotEqual(await File.ReadAllBytesAsync(oldKey, Cancel), await File.ReadAllBytesAsync(newKey, Cancel));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(newKey) | File.GetUnixFileMode(oldKey));
        Assert.Contains("No backup was made yet with the present keys", (await RunAsync("a", 1, "doctor")).Output, StringComparison.Ordinal);

        // Between the replacement and the next whole backup no pack is laid on a chain of the other key.
        await ImportAsync("three.csv");
        await RunAsync("a", 0, "backup", "run", "--changes", "--json");
        Assert.Equal(2, (await RunAsync("a", 0, "backup", "list", "--json")).Json.GetArrayLength());
        Assert.Equal(2, (await RunAsync("a", 0, "backup", "run", "--json")).Json.GetProperty("uploaded").GetInt32());
        await ImportAsync("one.csv");
        await RunAsync("a", 0, "backup", "run", "--changes", "--json");
        Assert.True((await RunAsync("a", 0, "backup", "verify", "--all", "--identity", folder.File("backup.key"), "--json")).Json.GetProperty("whole").GetBoolean());
        await RunAsync("a", 0, "doctor");
        await RunAsync("a", 0, "audit", "verify");

        Assert.Equal(10.5, await RestoredSumAsync("new", newKey));
        Assert.Equal(10.5, await RestoredSumAsync("old", oldKey, "--id", first));
        var refused = await RunAsync("refused", 12, Restore(oldKey));
        Assert.Contains("the master key was replaced", refused.Error, StringComparison.Ordinal);
        await RunAsync("refused", 12, Restore(newKey, "--id", first));
        await RunAsync("a", 0, "restore", "--identity", folder.File("backup.key"), "--master-key", oldKey, "--id", first, "-w", "Books", "--as", "Books of then");
        Assert.Equal(10.5, await SumAsync("a", "Books of then"));
    }

    [Fact]
    [Trait("claim", "C12")]
    public async Task ATimeOfBeforeIsReachedThroughThePacksOfThen()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero));
        await using var house = new BackupHouse(clock);
        var workspace = house.Workspaces.Lifecycle.Create("Books", (_, _) => { });
        await house.Runner.RunAsync(null, Cancel);
        clock.Advance(TimeSpan.FromMinutes(5));
        house.Workspaces.Lifecycle.Create("Second", (_, _) => { });
        Assert.NotNull(await house.Packs.RunAsync(Cancel));
        var before = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromHours(1));

        // Another master key goes on in the same store; its generations are younger and signed by others.
        using var next = NewKey("next.key");
        using var signer = new BackupSigner(next, house.Signer.PublicKey);
        var empty = new Features.Backups.Generations.Generation(
            Features.Backups.Generations.GenerationShelf.NewId(clock.GetUtcNow()), null, 0, null, clock.GetUtcNow().ToUnixTimeMilliseconds(), clock.GetUtcNow().ToUnixTimeMilliseconds(), []);
        await new Features.Backups.Generations.GenerationShelf(house.Store, signer).PutAsync(empty, keepUntil: null, Cancel);

        var (_, result) = await house.RestoreAsync(Cancel, at: before);
        Assert.Equal((1, 2), (result.Packs, result.Workspaces));
        await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel));

        // What the earlier key signed is removed when it is old, and only its own objects.
        Assert.Contains(house.Objects(), name => name.Contains(workspace.Id.ToString(), StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromDays(31));
        await new BackupSweeper(house.Options, house.Runs, house.Leftovers, house.Store, signer, house.Workspaces.Audit, clock).PruneAsync(Cancel);
        Assert.Equal([$"generations/{empty.Id}.json"], house.Objects());
    }

    [Fact]
    public async Task WhatWasSealedOpensUnderTheNewKey_AndTheServerStaysWhoItIs()
    {
        var options = new VaultOptions { DataDirectory = folder.File("data"), MasterKeyFile = folder.File("keys/master.key") };
        await InitCommand.SetUpAsync(options, new ServerOptions { Environment = KeyPurpose.Staging });
        var before = await ReadSealedAsync(options);
        var result = RotateKeyCommand.Of(options, TimeProvider.System).Run((_, _) => { });
        var after = await ReadSealedAsync(options);
        using (var next = MasterKey.Load(options.MasterKeyFile))
        {
            Assert.Equal(KeyPurpose.Staging, next.Purpose);
        }


        Assert.Equal(before, after);
        Assert.NotEqual(result.OldFingerprint, result.Fingerprint);
    }

    /// <summary>Whoever seals something that stays must bring it under the new key; what is sealed for minutes may be lost.</summary>
    [Fact]
    public void EveryoneWhoSealsIsKnown()
    {
        string[] lasting = ["Features/Accounts/Phones/PhoneCodes.cs", "Features/Accounts/SecondFactors/SecondFactorKeeper.cs", "Features/Agents/ServerKeys.cs"];
        string[] passing = ["Features/OAuth/Exchange/TokenDesk.cs", "Hosting/DerivedProtection.cs"];
        var sealing = Repository.FilesUnder("src/WorkspaceServer/", ".cs").Where(file => Regex.IsMatch(file.Text, @"\bnew SealingKey\(|\bSealingKey \w+ = new\("));

        Assert.Equal(lasting.Concat(passing).Order(StringComparer.Ordinal), sealing.Select(file => file.Path["src/WorkspaceServer/".Length..]).Order(StringComparer.Ordinal));
        Assert.All(lasting, path => Assert.Contains($"{Path.GetFileNameWithoutExtension(path)}.Reseal", Repository.FilesUnder("src/WorkspaceServer/Commands/", ".cs").Single(file => file.Path.EndsWith("/RotateKeyCommand.cs", StringComparison.Ordinal)).Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NobodyElseWorksInTheFolderMeanwhile_AndWithoutAYesNothingHappens()
    {
        await RunAsync("a", 0, "init");
        var key = await File.ReadAllBytesAsync(folder.File("a/keys/master.key"), Cancel);
        Assert.Contains("--yes", (await RunAsync("a", 2, "key", "rotate")).Error, StringComparison.Ordinal);
        Assert.Contains("No replacement", (await RunAsync("a", 1, "key", "rotate", "--undo", "--yes")).Error, StringComparison.Ordinal);
        using (FolderUse.Shared(DataFolder.Open(folder.File("a/data"))))
        {
            Assert.Contains("Stop the server", (await RunAsync("a", 3, "key", "rotate", "--yes")).Error, StringComparison.Ordinal);
            await RunAsync("a", 0, "workspace", "list");
        }

        using (FolderUse.Alone(DataFolder.Open(folder.File("a/data"))))
        {
            Assert.Contains("being replaced", (await RunAsync("a", 3, "workspace", "list")).Error, StringComparison.Ordinal);
        }

        Assert.Equal(key, await File.ReadAllBytesAsync(folder.File("a/keys/master.key"), Cancel));
        Assert.Single(Directory.GetFiles(folder.File("a/keys")));
    }

    [Fact]
    public async Task NothingIsBegunThatCannotBeFinished()
    {
        await RunAsync("a", 0, "init");
        await RunAsync("a", 0, "workspace", "create", "Books");
        var file = Directory.GetFiles(folder.File("a/data/workspaces"), "workspace.db", SearchOption.AllDirectories).Single();
        var whole = await File.ReadAllBytesAsync(file, Cancel);
        var damaged = (byte[])whole.Clone();
        damaged[100] ^= 1;
        await File.WriteAllBytesAsync(file, damaged, Cancel);

        Assert.Contains(file, (await RunAsync("a", 12, "key", "rotate", "--yes")).Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.File("a/keys")));

        await File.WriteAllBytesAsync(file, whole, Cancel);
        await RunAsync("a", 0, "key", "rotate", "--yes");
        await RunAsync("a", 0, "doctor", "--thorough");
    }

    private static async Task<(string, string, string)> ReadSealedAsync(VaultOptions options)
    {
        using var master = MasterKey.Load(options.MasterKeyFile);
        var data = DataFolder.Open(options.DataDirectory);
        using var control = ControlDatabase.Open(data, master);
        using var mac = AuditFeature.OpenMac(control, master);
        await using var audit = AuditFeature.Open(data, control, mac, TimeProvider.System);
        using var keys = new ServerKeys(new ServerKeyStore(control), audit, master, new ChangeCounter(control, TimeProvider.System), TimeProvider.System);
        using (var connection = control.Open())
        {
            connection.Execute("INSERT INTO person (id, email, email_key, created_at) VALUES ('p1', 'p@example.com', 'p@example.com', 1) ON CONFLICT DO NOTHING");
        }

        using var factors = new SecondFactorKeeper(new SecondFactorStore(control), null!, master, new PublicAddress(new ServerOptions()), TimeProvider.System);
        var sms = new SmsRecorder();
        using var phones = new PhoneCodes(
            new PhoneStore(control, audit), sms, new SmsOptions { Sender = SmsSenderKind.Spool }, master, new PublicAddress(new ServerOptions()), audit, TimeProvider.System, NullLogger<PhoneCodes>.Instance);
        var asker = CodeAsker.OfSignIn("p1", "a sign-in");
        if (phones.Find("p1") is null)
        {
            await phones.SendAsync(asker, "+919876543210", Cancel);
            Assert.True(phones.Add(asker, sms.Code));
        }

        return (keys.PublicKey, keys.TokenKey.KeyId, $"{factors.BeginEnrolment("p1", "p@example.com").Secret} {phones.Find("p1")!.Value.Masked}");
    }

    private MasterKey NewKey(string name)
    {
        MasterKey.Create(folder.File(name));
        return MasterKey.Load(folder.File(name));
    }

    private Task<ProgramRun> ImportAsync(string file) => RunAsync("a", 0, "table", "import", folder.File(file), "-w", "Books", "--name", "orders");

    private string[] Restore(string key, params string[] more) => ["restore", "--identity", folder.File("backup.key"), "--master-key", key, .. more];

    private async Task<double> RestoredSumAsync(string home, string key, params string[] more)
    {
        await RunAsync(home, 0, Restore(key, more));
        await RunAsync(home, 0, "audit", "verify");
        return await SumAsync(home, "Books");
    }

    private async Task<double> SumAsync(string home, string workspace) =>
        (await RunAsync(home, 0, "query", "-w", workspace, Sum, "--json")).Json.GetProperty("rows")[0][0].GetDouble();

    private async Task<ProgramRun> RunAsync(string home, int exitCode, params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(
        [
            "--home", folder.File(home), "--set", $"Backup:Directory={folder.File("store")}", .. recipient.Length > 0 ? (string[])["--set", $"Backup:Recipients:0={recipient}"] : [], .. arguments,
        ]);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }
}
