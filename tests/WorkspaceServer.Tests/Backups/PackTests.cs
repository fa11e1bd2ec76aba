using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Changes between the nights: a restore comes back to any of these moments, and to none that was tampered with.</summary>
public sealed class PackTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly BackupHouse house;
    private readonly List<(DateTimeOffset At, string Amount)> committed = [];
    private WorkspaceId books;
    private WorkspaceId still;

    public PackTests() => house = new BackupHouse(clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "C12")]
    [Trait("claim", "D24")]
    public async Task EveryMomentComesBackAsItWasCommittedThen()
    {
        await WorkAsync(packs: 6);

        foreach (var (at, amount) in committed)
        {
            var (folder, result) = await house.RestoreAsync(Cancel, at);
            Assert.Equal(at, result.AsOf);
            Assert.Equal(amount, house.Totals(folder, books).Tables.Single(table => table.Table == "invoices").Sums["amount"]);
        }

        var (_, between) = await house.RestoreAsync(Cancel, committed[3].At.AddMinutes(2));
        Assert.Equal(committed[3].At, between.AsOf);
        var (_, newest) = await house.RestoreAsync(Cancel);
        Assert.Equal((committed[^1].At, 6), (newest.AsOf, newest.Packs));
        var before = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel, committed[0].At.AddSeconds(-1)));
        Assert.Equal(ProblemCodes.NoBackup, before.Code);
    }

    [Fact]
    public async Task OnlyWhatChangedIsSaved_AndNothingIfNothingDid()
    {
        await WorkAsync(packs: 1);
        var pack = await house.Shelf.ReadAsync((await house.Shelf.PackNamesAsync((await BaseAsync()).Id, Cancel))[0], Cancel);

        Assert.DoesNotContain(pack.Generation.Files, file => file.File == still.ToString());
        Assert.All(pack.Generation.Files, file => Assert.True(file.IsPack));
        Assert.Null(await house.Packs.RunAsync(Cancel));
        Assert.Null(await house.Packs.RunAsync(Cancel));
    }

    [Fact]
    public async Task AWorkspaceThatIsMadeBetweenTheNightsComesBackToo()
    {
        await WorkAsync(packs: 1);
        var young = house.Workspaces.Create("Young");
        await SmallBooks.LoadAsync(house.Workspaces, young, Cancel);
        await house.Packs.RunAsync(Cancel);
        await house.Workspaces.LoadAsync(young, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 77, "x"]], Cancel);
        var second = await house.Packs.RunAsync(Cancel);

        Assert.True(second!.Files.Single(file => file.File == young.ToString()).IsPack);
        var (folder, _) = await house.RestoreAsync(Cancel);
        Assert.Equal("77", house.Totals(folder, young).Tables.Single(table => table.Table == "invoices").Sums["amount"]);
    }

    [Fact]
    public async Task WhatIsRememberedCanBeLost()
    {
        await WorkAsync(packs: 2);
        Directory.Delete(house.Workspaces.Folder.Backup, recursive: true);
        await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, "x"]], Cancel);

        Assert.NotNull(await house.Packs.RunAsync(Cancel));

        var (folder, _) = await house.RestoreAsync(Cancel);
        Assert.Equal("5", house.Totals(folder, books).Tables.Single(table => table.Table == "invoices").Sums["amount"]);
    }

    [Fact]
    public async Task AMissingPackIsFound_AndTheTimeBeforeItCanStillBeRestored()
    {
        await WorkAsync(packs: 3);
        var names = await house.Shelf.PackNamesAsync((await BaseAsync()).Id, Cancel);
        File.Delete(house.ObjectFile(names[1]));

        var error = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel));
        Assert.Equal(12, error.Code.ExitCode);
        Assert.Contains(names[2], error.Message, StringComparison.Ordinal);
        Assert.Equal(committed[1].At, (await house.RestoreAsync(Cancel, committed[1].At)).Result.AsOf);
    }

    [Fact]
    public async Task APackOfAnotherMomentUnderThisOnesNameIsFound()
    {
        await WorkAsync(packs: 3);
        var names = await house.Shelf.PackNamesAsync((await BaseAsync()).Id, Cancel);
        var objects = await Task.WhenAll(names.Select(async name => (await house.Shelf.ReadAsync(name, Cancel)).Generation.Files.Single(file => file.File == books.ToString()).Object.Name));
        File.Copy(house.ObjectFile(objects[0]), house.ObjectFile(objects[2]), overwrite: true);

        var error = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel));
        Assert.Contains(objects[2], error.Message, StringComparison.Ordinal);
    }

    private async Task WorkAsync(int packs)
    {
        (books, still) = (house.Workspaces.Create("Books"), house.Workspaces.Create("Still"));
        await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);
        await house.Runner.RunAsync(null, Cancel);
        committed.Add((clock.GetUtcNow(), SmallBooks.Total));
        for (var i = 1; i <= packs; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(5));
            await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 100 * i, "x"]], Cancel);
            await house.Packs.RunAsync(Cancel);
            committed.Add((clock.GetUtcNow(), $"{100 * i}"));
        }
    }

    private async Task<Generation> BaseAsync() => (await house.Shelf.ReadAsync((await house.Shelf.WholeNamesAsync(Cancel))[^1], Cancel)).Generation;
}
