using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>Making and deleting a workspace takes two steps; between them a sweep finds what was left.</summary>
public sealed class WorkspaceLifecycleTests : IAsyncLifetime
{
    private readonly TemporaryWorkspaces server = new();

    [Fact]
    public void AWorkspaceThatWasCutShortIsSwept_AndWasNeverThere()
    {
        var kept = server.Create("Kept");
        var half = new Workspace(WorkspaceId.New(TimeProvider.System.GetUtcNow()), "Half", new byte[32], TimeProvider.System.GetUtcNow());
        server.Store.Begin(half);
        server.Folder.CreateWorkspace(half.Id);
        File.WriteAllText(server.Folder.DatabaseOf(half.Id), "");
        Assert.Null(server.Store.Find(half.Id));

        server.Lifecycle.Sweep();

        Assert.Equal([kept.ToString()], server.Folder.WorkspaceNames());
        Assert.Equal("Kept", Assert.Single(server.Store.List()).Name);
    }

    [Fact]
    public void AFailureWhileTheFileIsMadeLeavesNoWorkspace()
    {
        var half = new Workspace(WorkspaceId.New(TimeProvider.System.GetUtcNow()), "Half", new byte[32], TimeProvider.System.GetUtcNow());
        server.Store.Begin(half);

        Assert.Throws<IOException>(() => server.Store.Finish(half.Id, () => throw new IOException("The disk is full."), _ => Assert.Fail("was recorded")));

        Assert.Empty(server.Store.List());
        Assert.Equal("Next", server.Store.Find(server.Create("Next"))!.Name);
    }

    [Fact]
    public void ADeletedWorkspaceWhoseFolderStayedIsSwept()
    {
        var books = server.Create();
        server.Store.Delete(books, TimeProvider.System.GetUtcNow(), _ => { });
        Assert.NotEmpty(server.Folder.WorkspaceNames());

        server.Lifecycle.Sweep();

        Assert.Empty(server.Folder.WorkspaceNames());
    }

    /// <summary>After an older control database was restored, newer workspaces have no row: their files must wait for the right one.</summary>
    [Fact]
    public void AFolderThatNoRowKnowsIsLeftAlone()
    {
        var stranger = WorkspaceId.New(TimeProvider.System.GetUtcNow());
        server.Folder.CreateWorkspace(stranger);

        server.Lifecycle.Sweep();
        server.Lifecycle.Delete(server.Create(), _ => { });

        Assert.Equal([stranger.ToString()], server.Folder.WorkspaceNames());
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
