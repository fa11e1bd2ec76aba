using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>What backups left that were cut short goes, when it is old enough. Everything else in the store stays, whoever's it is.</summary>
public sealed class LeftoverTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly BackupHouse house;

    public LeftoverTests() => house = new BackupHouse(clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A96")]
    [Trait("action", nameof(AuditActions.BackupLeftoversDeleted))]
    public async Task OnlyWhatIsOursAndOldIsRemoved()
    {
        var books = house.Workspaces.Create("Books").ToString();
        var whole = (await house.Runner.RunAsync(null, Cancel)).Generation.Id;
        clock.Advance(TimeSpan.FromMinutes(5));
        await SmallBooks.LoadAsync(house.Workspaces, house.Workspaces.Store.List()[0].Id, Cancel);
        Assert.NotNull(await house.Packs.RunAsync(Cancel));
        var good = house.Objects();

        // As a run and a pack leave it that were killed; the run was of a workspace that is gone since.
        var (run, pack) = (NewId(), NewId());
        house.Runs.Begin(run, clock.GetUtcNow());
        string[] ours =
        [
            Plant($"files/{new string('a', 32)}/{run}.db.age"), Plant($"files/control/{run}.totals.age"), Plant($"files/{books}/{pack}.db.age"),
            Plant($"packs/{whole}/{pack}/{books}.pack.age"), PlantPartial($"files/{books}/", $"{run}.db.age"),
        ];
        string[] others =
        [
            Plant($"files/{new string('b', 32)}/{NewId()}.db.age"), Plant($"packs/{NewId()}/{pack}/{books}.pack.age"), Plant($"files/{books}/notes.txt"), Plant("diary.txt"),
            Plant($"files/{books}/{pack}.db.age.old"), PlantPartial("", "diary.txt"), PlantPartial($"files/{books}/", "notes.txt"),
        ];

        clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        Assert.Empty((await house.Sweeper.PruneAsync(Cancel)).Leftovers);
        clock.Advance(TimeSpan.FromSeconds(2));
        string[] young = [Plant($"files/{books}/{NewId()}.db.age"), PlantPartial("files/control/", $"{NewId()}.db.age")];
        var removed = (await house.Sweeper.PruneAsync(Cancel)).Leftovers;

        Assert.Equal(5, removed.Count);
        Assert.Equal(((string[])[.. good, .. others, .. young]).Order(StringComparer.Ordinal), house.Objects());
        Assert.DoesNotContain(house.Objects(), ours.Contains);
        Assert.Single(house.Workspaces.AuditRows.Find(new AuditFilter(Action: "backup.leftovers_deleted"), 10));
        Assert.Empty((await house.Sweeper.PruneAsync(Cancel)).Leftovers);
        Assert.Equal(1, (await house.RestoreAsync(Cancel)).Result.Packs);
    }

    [Fact]
    public async Task WhileOneGenerationCannotBeReadNothingIsAnOrphan()
    {
        var books = house.Workspaces.Create("Books").ToString();
        var first = (await house.Runner.RunAsync(null, Cancel)).Generation;
        var orphan = Plant($"files/{books}/{NewId()}.db.age");
        clock.Advance(TimeSpan.FromDays(3));
        Plant($"generations/{NewId()}.json");

        Assert.Empty((await house.Sweeper.PruneAsync(Cancel)).Leftovers);
        Assert.Contains(orphan, house.Objects());
        Assert.Contains(GenerationShelf.NameOf(first), house.Objects());
    }

    /// <summary>A file that no generation of its own names any more, for it was old, but a later one names still.</summary>
    [Fact]
    public async Task WhatALaterGenerationNamesAgainIsNoOrphan()
    {
        house.Workspaces.Create("Still");
        await house.Runner.RunAsync(null, Cancel);
        for (var night = 0; night < 33; night++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await house.Timer.RunDueAsync(Cancel);
        }

        Assert.Equal(1, (await house.RestoreAsync(Cancel)).Result.Workspaces);
    }

    private string NewId() => GenerationShelf.NewId(clock.GetUtcNow());

    private string Plant(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(house.ObjectFile(name))!);
        File.WriteAllText(house.ObjectFile(name), "planted");
        return name;
    }

    /// <summary>As the store's own upload names it; written when the fake clock says.</summary>
    private string PlantPartial(string folder, string name)
    {
        var partial = Plant($"{folder}.partial-0123456789abcdef-{name}");
        File.SetLastWriteTimeUtc(house.ObjectFile(partial), clock.GetUtcNow().UtcDateTime);
        return partial;
    }
}
