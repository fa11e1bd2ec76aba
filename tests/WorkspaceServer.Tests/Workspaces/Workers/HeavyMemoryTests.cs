using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces.Workers;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces.Workers;

[Trait("claim", "C18")]
public sealed class HeavyMemoryTests
{
    private readonly HeavyMemory memory = new();
    private readonly WorkspaceId books = WorkspaceId.New(DateTimeOffset.UnixEpoch);

    [Fact]
    public void AStatementIsKnownByItsWorkspaceItsTextAndItsParameters()
    {
        memory.Note(books, Request("SELECT ?", 1), isHeavy: true);

        Assert.True(memory.Has(books, Request("SELECT ?", 1)));
        Assert.False(memory.Has(WorkspaceId.New(DateTimeOffset.UnixEpoch), Request("SELECT ?", 1)));
        Assert.False(memory.Has(books, Request("SELECT ? ", 1)));
        Assert.False(memory.Has(books, Request("SELECT ?", 2)));
    }

    [Fact]
    public void OneThatWasShortThisTimeIsOrdinaryAgain()
    {
        memory.Note(books, Request("SELECT 1"), isHeavy: true);
        memory.Note(books, Request("SELECT 1"), isHeavy: false);

        Assert.False(memory.Has(books, Request("SELECT 1")));
    }

    [Fact]
    public void HoweverManyThereAre_NoMoreAreRememberedThanThereArePlaces()
    {
        var requests = Enumerable.Range(0, 4 * HeavyMemory.Places).Select(i => Request("SELECT ?", i)).ToArray();
        foreach (var request in requests)
        {
            memory.Note(books, request, isHeavy: true);
        }

        Assert.InRange(requests.Count(request => memory.Has(books, request)), 1, HeavyMemory.Places);
        Assert.True(memory.Has(books, requests[^1]));
    }

    private static SandboxRequest Request(string sql, params int[] parameters) => new(sql, [.. parameters.Select(each => (SqlValue)each)], false, 1, 1, TimeSpan.FromSeconds(1));
}
