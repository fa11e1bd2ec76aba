using System.Diagnostics;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
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
        Assert.Throws<IOException>(() => server.Lifecycle.Adopt("Half", (_, _) => throw new IOException("The disk is full."), (_, _) => Assert.Fail("was recorded")));

        Assert.Empty(server.Store.List());
        server.Lifecycle.Sweep();
        Assert.Empty(server.Folder.WorkspaceNames());
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

    /// <summary>To bring back a workspace of a gigabyte takes ten seconds. Meanwhile others write, here and in another program, and a sweep leaves alone what is being made.</summary>
    [Fact]
    public void NobodyWaitsForAFileThatIsBeingMade()
    {
        var slow = server.Lifecycle.Adopt(
            "Slow",
            (path, key) =>
            {
                using (EncryptedDatabase.Open(path, key, DatabaseAccess.Create))
                {
                }

                server.Create("Meanwhile");
                using var elsewhere = ControlDatabase.Open(server.Folder, server.Master);
                Maker(elsewhere).Create("Elsewhere", (_, _) => { });
                Maker(elsewhere).Sweep();
            },
            (_, _) => { });

        Assert.True(File.Exists(server.Folder.DatabaseOf(slow.Id)));
        Assert.Equal(["Elsewhere", "Meanwhile", "Slow"], server.Store.List().Select(each => each.Name).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Folder.Path, "making")));
    }

    [Fact]
    public async Task NobodyIsTurnedAway_WhenSixteenMakeWorkspacesAndOthersWrite()
    {
        const int Makers = 16;
        const int Each = 3;
        using var elsewhere = ControlDatabase.Open(server.Folder, server.Master);
        using var made = new CancellationTokenSource();
        var longest = TimeSpan.Zero;
        void Timed(Action act)
        {
            var began = Stopwatch.GetTimestamp();
            act();
            var took = Stopwatch.GetElapsedTime(began);
            lock (made)
            {
                longest = took > longest ? took : longest;
            }
        }

        var audits = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var count = 0; !made.IsCancellationRequested; count++)
            {
                await server.Audit.RecordAsync(new AuditEntry(AuditActions.WorkspaceCreated));
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Makers).Select(maker => Task.Factory.StartNew(
            () =>
            {
                var lifecycle = maker % 4 == 0 ? Maker(elsewhere) : server.Lifecycle;
                for (var count = 0; count < Each; count++)
                {
                    Timed(() => lifecycle.Create($"{maker}-{count}", (connection, workspace) => server.Audit.Append(connection, new AuditEntry(AuditActions.WorkspaceCreated))));
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        await made.CancelAsync();
        await Task.WhenAll(audits);

        Assert.Equal(Makers * Each, server.Store.List().Count);
        TestContext.Current.TestOutputHelper!.WriteLine($"longest {longest.TotalMilliseconds:0} ms");
        Assert.True(longest < TimeSpan.FromSeconds(10), $"One took {longest}.");
    }

    private WorkspaceLifecycle Maker(ControlDatabase control) => new(new WorkspaceStore(control), server.Folder, server.Master, TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
