using System.Text;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>A backup of real files, and what comes back of it.</summary>
public sealed class BackupTests : IAsyncDisposable
{
    private readonly BackupHouse house = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A93")]
    [Trait("claim", "B38")]
    [Trait("claim", "E11")]
    [Trait("action", nameof(AuditActions.BackupMade))]
    [Trait("action", nameof(AuditActions.RestoreFinished))]
    public async Task EverythingComesBack_RowForRowAndTotalForTotal()
    {
        var (books, empty) = (house.Workspaces.Create("Books"), house.Workspaces.Create("Empty"));
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);

        var made = await house.Runner.RunAsync(null, Cancel);
        var (folder, result) = await house.RestoreAsync(Cancel);

        Assert.Empty(made.Failed);
        Assert.Equal((3, 0), (made.Uploaded, made.Kept));
        Assert.Equal((2, 0, made.Generation.Id), (result.Workspaces, result.Packs, result.Generation));
        var totals = house.Totals(folder, books);
        Assert.Empty(TotalsStore.Compare("books", house.Totals(house.Workspaces.Folder.Path, books), totals));
        var invoices = Assert.Single(totals.Tables, table => table.Table == "invoices");
        Assert.Equal((4L, SmallBooks.Total), (invoices.Rows, invoices.Sums["amount"]));
        Assert.Empty(TotalsStore.Compare("empty", house.Totals(house.Workspaces.Folder.Path, empty), house.Totals(folder, empty)));
        Assert.Equal(
            ["backup.made"], house.Workspaces.AuditRows.Find(new AuditFilter(Action: "backup.made"), 10).Select(row => row.Row.Action));
        Assert.Contains("restore.finished", RestoredActions(folder));
    }

    [Fact]
    [Trait("claim", "A94")]
    [Trait("claim", "B11")]
    public async Task AnObjectIsAgeAroundSqlCipher_AndTheServerCannotOpenIt()
    {
        var books = house.Workspaces.Create();
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);

        var made = await house.Runner.RunAsync(null, Cancel);
        var name = made.Generation.Files.Single(file => file.File == books.ToString()).Object.Name;
        var plain = house.File("plain.db");
        AgeFile.Decrypt(house.ObjectFile(name), plain, [house.Identity]);

        Assert.StartsWith("age-encryption.org/v1\n", await TextAsync(house.ObjectFile(name)), StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite format 3", await TextAsync(plain), StringComparison.Ordinal);
        Assert.DoesNotContain("copper wire", await TextAsync(plain), StringComparison.Ordinal);
        using (var key = KeyDerivation.ForWorkspace(house.Workspaces.Master, books, house.Workspaces.Store.Find(books)!.KeySalt))
        using (var connection = EncryptedDatabase.Open(plain, key, DatabaseAccess.ReadOnly))
        {
            Assert.Empty(EncryptedDatabase.CheckIntegrity(connection));
        }

        using var other = AgeIdentity.Create();
        Assert.Equal(AgeError.NoMatch, Assert.Throws<AgeException>(() => AgeFile.Decrypt(house.ObjectFile(name), house.File("never.db"), [other])).Error);
    }

    [Fact]
    public async Task WhatDidNotChangeIsNotUploadedAgain_AndIsStillThere()
    {
        var (books, still) = (house.Workspaces.Create("Books"), house.Workspaces.Create("Still"));
        await SmallBooks.LoadAsync(house.Workspaces, still, Cancel);
        var first = await house.Runner.RunAsync(null, Cancel);
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);

        var second = await house.Runner.RunAsync(null, Cancel);

        Assert.Equal((2, 1), (second.Uploaded, second.Kept));
        Assert.Equal(ObjectOf(first, still), ObjectOf(second, still));
        Assert.NotEqual(ObjectOf(first, books), ObjectOf(second, books));
        var (folder, _) = await house.RestoreAsync(Cancel);
        Assert.Equal(4, house.Totals(folder, still).Tables.Single(table => table.Table == "invoices").Rows);

        // One that somebody removed from the store is uploaded again.
        File.Delete(house.ObjectFile(ObjectOf(second, still)));
        Assert.NotEqual(ObjectOf(first, still), ObjectOf(await house.Runner.RunAsync(null, Cancel), still));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.BackupFailed))]
    public async Task AStoreThatFailsLeavesNothing_IsRecorded_AndTheDoctorSaysSo()
    {
        house.Workspaces.Create();
        await File.WriteAllTextAsync(house.StorePath, "a file where the folder should be", Cancel);

        await Assert.ThrowsAnyAsync<Exception>(() => house.Runner.RunAsync(null, Cancel));

        Assert.Equal("store_failed", Assert.Single(house.Workspaces.AuditRows.Find(new AuditFilter(Action: "backup.failed"), 10)).Row.Outcome);
        Assert.Contains("The last one failed", Assert.Throws<ProblemException>(house.Health.Describe).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWorkspaceThatCannotBeReadDoesNotStopTheOthers_AndKeepsItsLastGoodCopy()
    {
        var (broken, good) = (house.Workspaces.Create("Broken"), house.Workspaces.Create("Good"));
        var first = await house.Runner.RunAsync(null, Cancel);
        await SmallBooks.LoadAsync(house.Workspaces, good, Cancel);
        await house.Workspaces.Open.CloseAsync(broken);
        await File.WriteAllBytesAsync(house.Workspaces.Folder.DatabaseOf(broken), new byte[8192], Cancel);

        var second = await house.Runner.RunAsync(null, Cancel);

        Assert.Contains(broken.ToString(), Assert.Single(second.Failed), StringComparison.Ordinal);
        Assert.Equal(ObjectOf(first, broken), ObjectOf(second, broken));
        Assert.Equal(4, house.Totals((await house.RestoreAsync(Cancel)).Folder, good).Tables.Single(table => table.Table == "invoices").Rows);
        Assert.Contains("could not read everything", Assert.Throws<ProblemException>(house.Health.Describe).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoBackupsAtOnceAreRefused()
    {
        using var turn = BackupTurn.Take(house.Workspaces.Folder);

        Assert.Equal(ProblemCodes.Busy, (await Assert.ThrowsAsync<ProblemException>(() => house.Runner.RunAsync(null, Cancel))).Code);
    }

    [Fact]
    public async Task OneWorkspaceComesBackBesideTheOther_UnderAKeyOfItsOwn()
    {
        var books = house.Workspaces.Create("Books");
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);
        await house.Runner.RunAsync(null, Cancel);
        await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, SqlValue.Null]], Cancel);

        var restore = new Features.Backups.Restore.WorkspaceRestore(
            house.Store, house.Workspaces.Master, house.Signer, house.Workspaces.Lifecycle, house.Workspaces.Folder, house.Workspaces.Audit);
        var (made, result) = await restore.RunAsync("Books", "Books to compare", null, null, [house.Identity], Cancel);

        Assert.Equal("Books to compare", made.Name);
        Assert.NotEqual(books, made.Id);
        Assert.True(result.Rows > 0);
        Assert.Equal(SmallBooks.Total, (await house.Workspaces.AskAsync(made.Id, "SELECT sum(amount) FROM invoices", Cancel)).Rows[0][0].ToString());
        Assert.Equal("5", (await house.Workspaces.AskAsync(books, "SELECT sum(amount) FROM invoices", Cancel)).Rows[0][0].ToString());
        Assert.Empty(Directory.EnumerateDirectories(house.Workspaces.Folder.Backup));
        Assert.Equal(made.Id.ToString(), Assert.Single(house.Workspaces.AuditRows.Find(new AuditFilter(Action: "restore.finished"), 10)).Row.TargetId);
    }

    private static string ObjectOf(BackupResult made, WorkspaceId workspace) => made.Generation.Files.Single(file => file.File == workspace.ToString()).Object.Name;

    private static async Task<string> TextAsync(string file) => Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel));

    private string[] RestoredActions(string folder)
    {
        using var control = WorkspaceServer.Control.ControlDatabase.Open(DataFolder.Open(folder), house.Workspaces.Master);
        return [.. new AuditStore(control, house.Workspaces.AuditChain).Find(new AuditFilter(), 50).Select(row => row.Row.Action)];
    }
}
