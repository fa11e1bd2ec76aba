using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Who can decrypt backups: how that is changed, and what it means for what is in the store.</summary>
public sealed class RecipientTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity first = AgeIdentity.Create();
    private readonly AgeIdentity second = AgeIdentity.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Settings => folder.File("appsettings.json");

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "A94")]
    [Trait("action", nameof(AuditActions.BackupRecipientsChanged))]
    public async Task AfterAChangeTheNextBackupIsWholeForTheNewOne_AndTheOldOneReadsOnlyWhatWasBefore()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 21, 0, 0, TimeSpan.Zero));
        await using var house = new BackupHouse(clock);
        var books = house.Workspaces.Create("Books");
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);
        await house.Timer.RunDueAsync(Cancel);
        var before = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(5));

        var options = house.Options with { Recipients = [second.Recipient.ToString()] };
        var watch = new RecipientWatch(options, house.Runs, house.Workspaces.Audit, clock);
        var runner = new BackupRunner(options, house.Databases, house.Runs, watch, house.Stamps, house.Store, house.Signer, house.Workspaces.Audit, house.Workspaces.Folder, clock);
        var packs = new PackRunner(options, house.Databases, watch, house.Stamps, house.Store, house.Signer, house.Workspaces.Folder, clock);
        using var timer = new BackupTimer(options, house.Runs, watch, runner, packs, house.Sweeper, house.Wish, house.Progress, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<BackupTimer>.Instance);
        Assert.Null(await packs.RunAsync(Cancel));

        // The night is over, and nothing changed in the books; the backup is made at once all the same, and only once.
        await timer.RunDueAsync(Cancel);
        await timer.RunDueAsync(Cancel);
        Assert.Equal(2, (await house.Shelf.WholeNamesAsync(Cancel)).Count);
        var (back, result) = await house.RestoreAsync(Cancel, identity: second);
        Assert.Equal(1, result.Workspaces);
        Assert.Equal(SmallBooks.Total, house.Totals(back, books).Tables.Single(table => table.Table == "invoices").Sums["amount"]);
        Assert.Equal(ProblemCodes.CannotDecrypt, (await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel))).Code);

        Assert.Equal(1, (await house.RestoreAsync(Cancel, before)).Result.Workspaces);
        await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel, before, identity: second));
        Assert.Equal(2, house.Workspaces.AuditRows.Find(new AuditFilter(Action: "backup.recipients_changed"), 10).Count);
    }

    [Fact]
    public async Task TheVerbsChangeTheFileAndNothingElseInIt()
    {
        var (one, two) = (first.Recipient.ToString(), second.Recipient.ToString());
        await File.WriteAllTextAsync(Settings, $$"""
            {
              // Whose server this is.
              "Server": { "PublicUrl": "https://books.example.in" }, /* no more */
              "backup": { "NightlyAt": "20:30", "Recipients": [ "{{one}}" ], "Directory": "/tmp/x", },
            }
            """, Cancel);
        File.SetUnixFileMode(Settings, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var text = await File.ReadAllTextAsync(Settings, Cancel);

        var added = await RunAsync(0, "add", two);
        Assert.Contains("cannot be read with the new identity", added.Output, StringComparison.Ordinal);
        Assert.Equal(text.Replace($"[ \"{one}\" ]", $"[\"{one}\", \"{two}\"]", StringComparison.Ordinal), await File.ReadAllTextAsync(Settings, Cancel));
        Assert.Equal(text, await File.ReadAllTextAsync(Settings + ".before", Cancel));
        Assert.True(File.GetUnixFileMode(Settings).HasFlag(UnixFileMode.GroupRead));
        Assert.Equal([one, two], (await RunAsync(0, "list", "--json")).Json.GetProperty("recipients").EnumerateArray().Select(each => each.GetString()));

        var removed = await RunAsync(0, "remove", one);
        Assert.Contains("can still be read with the removed identity, until it is 30 days old", removed.Output, StringComparison.Ordinal);
        Assert.Contains("the last one", (await RunAsync(2, "remove", two)).Error, StringComparison.Ordinal);
        Assert.Equal([two], (await RunAsync(0, "list", "--json")).Json.GetProperty("recipients").EnumerateArray().Select(each => each.GetString()));
    }

    [Fact]
    public async Task WhatIsNoRecipientIsRefused_AndTheFileStays()
    {
        using var strong = AgeIdentity.Create(postQuantum: true);
        var one = first.Recipient.ToString();
        await File.WriteAllTextAsync(Settings, $$$"""{"Backup": {"Recipients": ["{{{one}}}"]}}""", Cancel);

        await RunAsync(2, "add", one[..^1] + (one[^1] == 'q' ? 'p' : 'q'));
        await RunAsync(2, "add", "age1\", \"x");
        await RunAsync(2, "add", strong.Recipient.ToString());
        await RunAsync(1, "add", one);
        await RunAsync(1, "remove", second.Recipient.ToString());
        Assert.Equal($$$"""{"Backup": {"Recipients": ["{{{one}}}"]}}""", await File.ReadAllTextAsync(Settings, Cancel));

        // Set in two places: which one wins is not for a program to change.
        var elsewhere = await ProgramRun.HereAsync(["--config", Settings, "--set", $"Backup:Recipients:1={second.Recipient}", "key", "backup-recipients", "remove", one]);
        Assert.Equal(78, elsewhere.ExitCode);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"Server\": {} }")]
    [InlineData("{ \"Backup\": {} }")]
    [InlineData("{ \"Backup\": { \"PackMinutes\": 5 } }")]
    [InlineData("{ /* \"Backup\": { \"Recipients\": [] } */ \"Other\": { \"Backup\": { \"Recipients\": [\"no\"] } } }")]
    public void ThePlaceIsFoundOrMade(string text)
    {
        File.WriteAllText(Settings, text);
        RecipientsFile.Write(Settings, ["age1a", "age1b"]);
        Assert.Equal(["age1a", "age1b"], RecipientsFile.Read(Settings));
        RecipientsFile.Write(Settings, ["age1b"]);
        Assert.Equal(["age1b"], RecipientsFile.Read(Settings));

        // As strict a reader as there is takes it, comments aside.
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Settings), new System.Text.Json.JsonDocumentOptions { CommentHandling = System.Text.Json.JsonCommentHandling.Skip });
        Assert.Equal(1, document.RootElement.GetProperty("Backup").GetProperty("Recipients").GetArrayLength());
    }

    [Theory]
    [InlineData("{\"Backup:Recipients:0\": \"age1a\"}")]
    [InlineData("{\"Backup\": {\"Recipients\": [\"age1a\"]}, \"Backup:Recipients:1\": \"age1b\"}")]
    public void AFileThatSaysItTwiceIsNotChanged(string text)
    {
        File.WriteAllText(Settings, text);
        Assert.Equal(ProblemCodes.BadConfiguration, Assert.Throws<ProblemException>(() => RecipientsFile.Write(Settings, ["age1c"])).Code);
        Assert.Equal(text, File.ReadAllText(Settings));
    }

    private async Task<ProgramRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(["--config", Settings, "key", "backup-recipients", .. arguments]);
        Assert.True(run.ExitCode == exitCode, run.Output + run.Error);
        return run;
    }
}
