using WorkspaceServer.Age;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>What becomes of a request when whoever has the key runs the verb.</summary>
public sealed partial class CopyRequestTests
{
    /// <summary>Exactly the moment that was asked for, and not that of the changes after it; also after another night. What is of others is not even read.</summary>
    [Fact]
    public async Task ChangesComeBackAsOfTheirMoment()
    {
        var whole = await MomentAsync();
        await house.Server.Workspaces.LoadAsync(Books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, SqlValue.Null]], Cancel);
        await house.Server.Get<PackRunner>().RunAsync(Cancel);
        house.Server.Workspaces.Create("Somebody else's");
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await house.Server.Get<PackRunner>().RunAsync(Cancel))!.Sequence);
        var moment = await house.Server.Get<WorkspaceMoments>().FindAsync(Books, await MomentAsync(), Cancel);
        Assert.False(moment.IsWhole);

        // One night and one pack, and the second time nothing.
        var counted = new Meanwhile(house.Server.Get<IObjectStore>(), () => { });
        var read = new WorkspaceMoments(house.Server.Get<BackupOptions>(), counted, house.Server.Get<BackupSigner>(), house.Clock);
        Assert.Equal(2, (await read.ListAsync(Books, null, Cancel)).Items.Count);
        Assert.Equal(2, counted.Opened);
        await read.ListAsync(Books, null, Cancel);
        Assert.Equal(2, counted.Opened);

        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        Assert.Equal("whole whole", await KindsAsync(""));
        Assert.Equal("whole changes whole", await KindsAsync("?night=" + whole));
        var changed = await RestoreAsync((await AskAsync(moment: moment.Key.ToString())).Id);
        Assert.Equal((1, moment.AsOf), (changed.Result.Packs, (DateTimeOffset?)changed.Result.AsOf));
        Assert.Equal("5", (await house.Server.Workspaces.AskAsync(changed.Copy.Id, "SELECT sum(amount) FROM invoices", Cancel)).Rows[0][0].ToString());
    }

    /// <summary>What counts is what somebody may do when the copy appears, not when they asked.</summary>
    [Fact]
    public async Task WhoIsNoOwnerAnyMoreGetsNothing()
    {
        string[] ends =
        [
            "DELETE FROM membership WHERE person_id = @person AND workspace_id = @workspace",
            "UPDATE membership SET role = 'admin' WHERE person_id = @person AND workspace_id = @workspace",
            "UPDATE membership SET suspended_at = 1 WHERE person_id = @person AND workspace_id = @workspace",
            "UPDATE person SET suspended_at = 1 WHERE id = @person AND @workspace <> ''",
        ];
        var workspaces = ends.Select(_ => house.Server.Workspaces.Create("Another")).ToArray();
        Array.ForEach(workspaces, workspace => Join(workspace, asha.Id, Role.Owner));
        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        var requests = new List<RestoreRequest>();
        foreach (var workspace in workspaces)
        {
            requests.Add(await AskAsync(workspace));
        }

        foreach (var (request, sql) in requests.Zip(ends))
        {
            using (var connection = house.Server.Workspaces.Control.Open())
            {
                Assert.Equal(1, connection.Execute(sql, ("@person", asha.Id), ("@workspace", request.Workspace.ToString())));
            }

            var done = await RestoreAsync(request.Id);

            Assert.False(done.HasOwner);
            Assert.Empty(house.Server.Get<MembershipStore>().List(done.Copy.Id, null, 10));
        }
    }

    [Fact]
    public async Task RunsAtOnceMakeOneCopy_AndLeaveNothingElse()
    {
        var request = await AskAsync();

        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Outcome(request.Id))));

        Assert.Equal(["done", "request_over", "request_over"], runs.Order(StringComparer.Ordinal));
        AssertWorkspaces(2);
    }

    [Fact]
    public async Task WhatIsTakenBackWhileItIsRestored_IsNotMade()
    {
        var request = await AskAsync();
        var store = new Meanwhile(house.Server.Get<IObjectStore>(), () => house.Server.Get<RestoreRequests>().Withdraw(User(asha), Books, request.Id));

        var refused = await Assert.ThrowsAsync<ProblemException>(() => RestoreAsync(request.Id, store));

        Assert.Equal(ProblemCodes.RequestOver, refused.Code);
        AssertWorkspaces(1);
        Assert.Equal(RequestState.Withdrawn, Requests.Find(request.Id)!.StateAt(house.Clock.GetUtcNow()));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.RestoreFailed))]
    public async Task AFailureIsToldInAFewWords_AndTheRequestWaitsOn_UntilItLapses()
    {
        var request = await AskAsync();
        using var other = AgeIdentity.Create();
        Assert.Equal(ProblemCodes.CannotDecrypt, (await Assert.ThrowsAsync<ProblemException>(() => RestoreAsync(request.Id, with: other))).Code);
        var page = (await owner.GetAsync(Page)).Body;
        Assert.Contains("It was tried, and failed.", page, StringComparison.Ordinal);
        Assert.Contains("The key that was used does not open this backup.", page, StringComparison.Ordinal);
        Assert.Equal(("cannot_decrypt", Books.ToString()), Assert.Single(house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.RestoreFailed), 10)).Row is var row ? (row.Outcome, row.WorkspaceId) : default);
        AssertWorkspaces(1);

        house.Clock.Advance(RestoreRequests.Lifetime - TimeSpan.FromSeconds(1));
        Assert.True(Requests.Start(request.Id, house.Clock.GetUtcNow()));
        Assert.Equal(RequestState.Running, Requests.Newest(Books)!.StateAt(house.Clock.GetUtcNow()));
        Assert.Single(Requests.ListOpen(house.Clock.GetUtcNow(), null, 10));
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("lapsed", (await Assert.ThrowsAsync<ProblemException>(() => RestoreAsync(request.Id))).Message, StringComparison.Ordinal);
        Assert.Empty(Requests.ListOpen(house.Clock.GetUtcNow(), null, 10));
        owner = await house.SignInAsync();
        Assert.Contains("Nobody made it in time.", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        Assert.Equal(ProblemCodes.RequestOver, Assert.Throws<ProblemException>(() => house.Server.Get<RestoreRequests>().Withdraw(User(asha), Books, request.Id)).Code);

        // It can be asked for again, and that one is made.
        Assert.True((await RestoreAsync((await AskAsync()).Id)).HasOwner);
    }

    /// <summary>What was begun in time may end later.</summary>
    [Fact]
    public async Task ARunThatBeganInTimeEndsWell()
    {
        var request = await AskAsync();
        house.Clock.Advance(RestoreRequests.Lifetime - TimeSpan.FromSeconds(1));

        var done = await RestoreAsync(request.Id, new Meanwhile(house.Server.Get<IObjectStore>(), () => house.Clock.Advance(TimeSpan.FromHours(1))));

        Assert.True(done.HasOwner);
        Assert.Equal(RequestState.Done, Requests.Newest(Books)!.StateAt(house.Clock.GetUtcNow()));
    }
}
