using System.Net;
using System.Security.Claims;
using System.Text.Json;
using WorkspaceServer.Age;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>An owner asks for a copy of the workspace as it was, and whoever has the key makes it. The server never has the key.</summary>
public sealed partial class CopyRequestTests : IAsyncLifetime
{
    private const string Hostile = "Books <script>alert(1)</script> $(reboot) of \"then\"";

    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity identity = AgeIdentity.Create();
    private AccountsServer house = null!;
    private Person asha = null!;
    private TestBrowser owner = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WorkspaceId Books => house.Server.Workspace;

    private string Page => $"/w/{Books}/backups";

    private string Api => $"/api/v1/workspaces/{Books}";

    private RestoreRequestStore Requests => house.Server.Get<RestoreRequestStore>();

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync(backup: new Dictionary<string, string?> { ["Backup:Directory"] = folder.File("store"), ["Backup:Recipients:0"] = identity.Recipient.ToString() });
        asha = await house.AddAsync();
        Join(Books, asha.Id, Role.Owner);
        await SmallBooks.LoadAsync(house.Server.Workspaces, Books, Cancel);
        house.Server.Get<ColumnRules>().Set(Books, new ColumnRule("parties", "pan", ColumnClass.Private, IsHidden: true));
        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        owner = await house.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        identity.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "C12")]
    [Trait("action", nameof(AuditActions.RestoreAsked))]
    [Trait("action", nameof(AuditActions.RestoreFinished))]
    public async Task AnOwnerAsksForAMoment_AndOwnsWhatWasThen()
    {
        // One rule is of now and not of then, the other of then and not of now.
        house.Server.Get<ColumnRules>().Set(Books, new ColumnRule("invoices", "amount", ColumnClass.Private, IsHidden: true));
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            connection.Execute("DELETE FROM column_rule WHERE table_name = 'parties'");
        }

        await house.Server.Workspaces.LoadAsync(Books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, SqlValue.Null]], Cancel);
        Assert.NotNull(await house.Server.Get<PackRunner>().RunAsync(Cancel));
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspaces.Create("Somebody else's"), Cancel);
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await house.Server.Get<PackRunner>().RunAsync(Cancel));

        // What changed for others only is no moment of this workspace.
        var moments = JsonElement.Parse((await owner.GetAsync(Api + "/backups/moments")).Body).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal([false, true], moments.Select(each => each.GetProperty("is_whole").GetBoolean()));
        Assert.True(moments[0].GetProperty("as_of").GetDateTimeOffset() > moments[1].GetProperty("as_of").GetDateTimeOffset());
        var whole = moments[1].GetProperty("moment").GetString()!;
        var page = (await owner.GetAsync(Page)).Body;
        Assert.All(moments, each => Assert.Contains($"{Page}/copy?moment={each.GetProperty("moment").GetString()}", page, StringComparison.Ordinal));
        Assert.Contains("(2026-01-31)", (await owner.GetAsync($"{Page}/copy?moment={whole}")).Body, StringComparison.Ordinal);

        Assert.Equal(Page, (await owner.PostAsync(Page + "/copy", [("moment", whole), ("name", Hostile)], page: $"{Page}/copy?moment={whole}")).Location);
        var request = Requests.Newest(Books)!;
        page = (await owner.GetAsync(Page)).Body;
        Assert.Contains("It waits for whoever runs the server.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode("<script>alert(1)</script>"), page, StringComparison.Ordinal);
        Assert.DoesNotContain("/copy?moment=", page, StringComparison.Ordinal);
        Assert.Equal((asha.Id, Hostile, house.Clock.GetUtcNow() + RestoreRequests.Lifetime), (request.Person, request.CopyName, request.ExpiresAt));
        Assert.Equal((asha.Id, request.Id, Books.ToString()), Recorded(AuditActions.RestoreAsked));

        using var stream = await EventStream.OpenAsync(house.Server, owner, Page + "/events");
        var before = await stream.NextAsync();
        Assert.Contains($"data-live-state=\"{before}\"", page, StringComparison.Ordinal);
        var done = await RestoreAsync(request.Id);
        // The verb is another process: nothing is raised here, and the stream notices when it looks.
        house.Clock.Advance(LiveStreams.CheckEvery);
        Assert.NotEqual(before, await stream.NextAsync());

        Assert.True(done.HasOwner);
        Assert.Equal(Hostile, done.Copy.Name);
        Assert.Equal(SmallBooks.Total, (await house.Server.Workspaces.AskAsync(done.Copy.Id, "SELECT sum(amount) FROM invoices", Cancel)).Rows[0][0].ToString());
        Assert.Equal(["invoices.amount", "parties.pan"], house.Server.Get<ColumnRules>().Of(done.Copy.Id).Where(rule => rule.IsHidden).Select(rule => $"{rule.Table}.{rule.Column}"));
        Assert.Contains($"href=\"/w/{done.Copy.Id}\"", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync($"/w/{done.Copy.Id}")).Status);
        Assert.Equal(asha.Id, Assert.Single(house.Server.Get<MembershipStore>().List(done.Copy.Id, null, 10)).Person);

        // A request is used up.
        Assert.Equal(ProblemCodes.RequestOver, (await Assert.ThrowsAsync<ProblemException>(() => RestoreAsync(request.Id))).Code);
        Assert.Equal(3, house.Server.Workspaces.Store.List().Count);
        Assert.Equal(
            [done.Copy.Id.ToString(), Books.ToString()],
            house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.RestoreFinished), 10).Select(row => row.Row.WorkspaceId).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    [Trait("action", nameof(AuditActions.RestoreWithdrawn))]
    public async Task NobodyElseAsks_AndNotLongAfterSigningIn()
    {
        var moment = await MomentAsync();
        var ask = $$"""{"moment":"{{moment}}","name":"Mine"}""";
        var request = await AskAsync();
        var (member, admin) = (await house.AddAsync("member@example.in"), await house.AddAsync("admin@example.in"));
        Join(Books, member.Id, Role.Member);
        Join(Books, admin.Id, Role.Admin);
        var other = house.Server.Workspaces.Create("Other");
        Join(other, (await house.AddAsync("other@example.in")).Id, Role.Owner);

        foreach (var (email, status) in ((string, HttpStatusCode)[])[("member@example.in", HttpStatusCode.Forbidden), ("admin@example.in", HttpStatusCode.Forbidden), ("other@example.in", HttpStatusCode.NotFound)])
        {
            var browser = await house.SignInAsync(email);
            var token = (await browser.GetAsync("/account")).Token;
            Assert.Equal(status, (await browser.SubmitAsync(Page + "/copy", [("moment", moment), ("name", "Mine")], token)).Status);
            Assert.Equal(status, (await browser.SubmitAsync(Page + "/withdraw", [("request", request.Id)], token)).Status);
            Assert.Equal(status, (await browser.GetAsync(Page + "/events")).Status);
            Assert.Equal(status, (await browser.SendJsonAsync(HttpMethod.Post, Api + "/restore-requests", ask, token)).Status);
            Assert.Equal(status, (await browser.SendAsync(HttpMethod.Post, $"{Api}/restore-requests/{request.Id}/withdraw", token)).Status);
            Assert.Equal(status, (await browser.GetAsync(Api + "/restore-requests")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendJsonAsync(HttpMethod.Post, $"/api/v1/admin/restore-requests/{request.Id}/decline", """{"reason":"no"}""", token)).Status);
            Assert.DoesNotContain("asked for it on", (await browser.GetAsync(Page)).Body, StringComparison.Ordinal);
        }

        // An owner elsewhere, with the id of a request that is not theirs; and a moment that has nothing of their workspace.
        var stranger = await house.SignInAsync("other@example.in");
        var csrf = (await stranger.GetAsync("/account")).Token;
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SendAsync(HttpMethod.Post, $"/api/v1/workspaces/{other}/restore-requests/{request.Id}/withdraw", csrf)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SubmitAsync($"/w/{other}/backups/withdraw", [("request", request.Id)], csrf)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SendJsonAsync(HttpMethod.Post, $"/api/v1/workspaces/{other}/restore-requests", ask, csrf)).Status);
        Assert.True(Requests.Find(request.Id)!.IsOpenAt(house.Clock.GetUtcNow()));

        // Who holds the permission by a role and is no owner would become one.
        house.Server.Get<Memberships>().ChangeRole(
            Principal.Operator, Books, admin.Id, Role.Admin, [house.Server.Get<Features.Access.CustomRoles.RoleBook>().Create(Principal.Operator, Books, "Keeper", ["backups.restore"], []).Id]);
        Assert.Equal(Page, (await owner.PostAsync(Page + "/withdraw", [("request", request.Id)], page: Page)).Location);
        Assert.Equal((asha.Id, request.Id, Books.ToString()), Recorded(AuditActions.RestoreWithdrawn));
        Assert.Contains("It was taken back.", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        var keeper = await house.SignInAsync("admin@example.in");
        var answer = await keeper.PostAsync(Page + "/copy", [("moment", moment), ("name", "Mine")], page: $"{Page}/copy?moment={moment}");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("only an owner", answer.Body, StringComparison.Ordinal);

        var late = (await owner.GetAsync("/account")).Token;
        house.Clock.Advance(FreshAuthentication.MaxAge);
        Assert.StartsWith("/step-up", (await owner.GetAsync($"{Page}/copy?moment={moment}")).Location, StringComparison.Ordinal);
        Assert.StartsWith("/step-up", (await owner.SubmitAsync(Page + "/copy", [("moment", moment), ("name", "Mine")], late)).Location, StringComparison.Ordinal);
        Assert.Contains("step_up_required", (await owner.SendJsonAsync(HttpMethod.Post, Api + "/restore-requests", ask, late)).Body, StringComparison.Ordinal);
        Assert.Single(Requests.List(Books, null, 10));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.RestoreDeclined))]
    public async Task OneIsOpenAtATime_WithinBounds_AndWhoRunsTheServerMaySayNo()
    {
        var moment = await MomentAsync();
        var token = (await owner.GetAsync("/account")).Token;
        Task<TestBrowser.Page> Send(string which, string name) => owner.SendJsonAsync(HttpMethod.Post, Api + "/restore-requests", JsonSerializer.Serialize(new { moment = which, name }), token);
        foreach (var (which, name, status) in ((string, string, HttpStatusCode)[])
            [
                (moment, "", HttpStatusCode.BadRequest), (moment, new string('x', 101), HttpStatusCode.BadRequest), (moment, "a\nb", HttpStatusCode.BadRequest),
                ("../../control", "Mine", HttpStatusCode.BadRequest), (moment + "\n", "Mine", HttpStatusCode.BadRequest), ("20261124t203000000z-0a1b2c3d", "Mine", HttpStatusCode.NotFound),
            ])
        {
            Assert.Equal(status, (await Send(which, name)).Status);
        }

        var raced = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Send(moment, new string('x', 100))));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict], raced.Select(each => each.Status).Order());
        Assert.Equal(HttpStatusCode.SeeOther, (await owner.GetAsync($"{Page}/copy?moment={moment}")).Status);

        var (key, _) = await house.EnrolAsync(await house.AddAsync("devika@rao.example", SystemRole.SuperAdmin));
        var super = await house.SignInAsync(key, "devika@rao.example");
        var request = Requests.Newest(Books)!;
        Assert.Contains($"workspace-server restore --request {request.Id} --identity FILE", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);
        Assert.Equal(request.Id, JsonElement.Parse((await super.GetAsync("/api/v1/admin/restore-requests")).Body).GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await super.GetAsync(Api + "/restore-requests")).Status);
        foreach (var reason in (string[])[" ", new string('x', 501)])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await super.PostAsync("/operator/backups/decline", [("request", request.Id), ("reason", reason)], page: "/operator/backups")).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync("/operator/backups/decline", [("request", new string('0', 32)), ("reason", "No")], page: "/operator/backups")).Status);
        Assert.Equal("/operator/backups", (await super.PostAsync("/operator/backups/decline", [("request", request.Id), ("reason", "Not <b>now</b>")], page: "/operator/backups")).Location);
        Assert.Equal((house.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!.Id, request.Id, Books.ToString()), Recorded(AuditActions.RestoreDeclined));
        Assert.Contains("Not &lt;b&gt;now&lt;/b&gt;", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await super.SendJsonAsync(HttpMethod.Post, $"/api/v1/admin/restore-requests/{request.Id}/decline", """{"reason":"Again"}""", (await super.GetAsync("/account")).Token)).Status);
        Assert.Equal(ProblemCodes.RequestOver, (await Assert.ThrowsAsync<ProblemException>(() => RestoreAsync(request.Id))).Code);

        for (var asked = 1; asked < RestoreRequests.MaxADay; asked++)
        {
            house.Server.Get<RestoreRequests>().Withdraw(User(asha), Books, (await AskAsync()).Id);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await Send(moment, "Mine")).Status);
        house.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True((await AskAsync()).IsOpenAt(house.Clock.GetUtcNow()));

        // From before the master key was replaced, it takes the one of then.
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            BackupStore.ReplaceSigner(connection, new byte[32], house.Clock.GetUtcNow());
        }

        Assert.True(Assert.Single(Requests.ListOpen(house.Clock.GetUtcNow(), null, 10)).NeedsEarlierKey);
        super = await house.SignInAsync(key, "devika@rao.example");
        Assert.Contains(" --identity FILE --master-key FILE</pre>", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);

        // Whoever closes the workspace wants no copies of it.
        house.Server.Workspaces.Lifecycle.Hold(Books, _ => { });
        Assert.Empty(Requests.ListOpen(house.Clock.GetUtcNow(), null, 10));
    }

    [Fact]
    public async Task WhatCannotBeReadSaysSo_AndAStoreThatFailsToo()
    {
        var whole = await MomentAsync();
        var text = Path.Combine(folder.File("store"), MomentKey.Parse(whole)!.ObjectName);
        await File.WriteAllTextAsync(text, "{}", Cancel);
        var read = new WorkspaceMoments(house.Server.Get<BackupOptions>(), house.Server.Get<IObjectStore>(), house.Server.Get<BackupSigner>(), house.Clock);
        var failing = new WorkspaceMoments(house.Server.Get<BackupOptions>(), new Meanwhile(house.Server.Get<IObjectStore>(), () => throw new ObjectStoreException("bucket s3://secret answered 503")), house.Server.Get<BackupSigner>(), house.Clock);

        Assert.Null(Assert.Single((await read.ListAsync(Books, null, Cancel)).Items).AsOf);
        Assert.Equal(ProblemCodes.NotFound, (await Assert.ThrowsAsync<ProblemException>(() => read.FindAsync(Books, whole, Cancel))).Code);
        var busy = await Assert.ThrowsAsync<ProblemException>(() => failing.ListAsync(Books, null, Cancel));
        Assert.Equal(ProblemCodes.Busy, busy.Code);
        Assert.DoesNotContain("secret", busy.Message, StringComparison.Ordinal);

        // What was found good a while ago is looked at again.
        Assert.Contains("/copy?moment=", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        house.Clock.Advance(TimeSpan.FromMinutes(10));
        var page = (await owner.GetAsync(Page)).Body;
        Assert.Contains("Cannot be read", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/copy?moment=", page, StringComparison.Ordinal);
        File.Delete(text);
        Assert.Contains("No moment yet", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);
        Assert.Equal(
            ProblemCodes.NoBackup,
            (await Assert.ThrowsAsync<ProblemException>(() => GenerationChain.FindMomentAsync(new GenerationShelf(house.Server.Get<IObjectStore>(), house.Server.Get<BackupSigner>()), MomentKey.Parse(whole)!, Cancel))).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync(Page + "?night=../x")).Status);
    }

    [Fact]
    public async Task TheVerbListsRequestsAndMakesTheCopy()
    {
        // A verb goes by the clock of the machine.
        house.Clock.SetUtcNow(TimeProvider.System.GetUtcNow());
        owner = await house.SignInAsync();
        await File.WriteAllTextAsync(folder.File("backup.key"), new string(identity.ToText()), Cancel);
        File.SetUnixFileMode(folder.File("backup.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var request = await AskAsync();

        Assert.Equal(request.Id, (await RunAsync("backup", "requests", "--json")).Json[0].GetProperty("id").GetString());
        foreach (var beside in (string[][])[["--workspace", "Books"], ["--as", "Mine"], ["--at", "2026-01-01"], ["--id", "x"], ["--sample", "1"]])
        {
            var refused = await RunAsync(["restore", "--request", request.Id, "--identity", folder.File("backup.key"), .. beside]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains($"Leave out {beside[0]}", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains("cannot be read", (await RunAsync("restore", "--request", request.Id, "--identity", folder.File("nowhere.key"))).Error, StringComparison.Ordinal);
        Assert.Contains("backup requests", (await RunAsync("backup", "decline", "nothing", "--reason", "No.")).Error, StringComparison.Ordinal);
        Assert.Contains("There is no request", (await RunAsync("restore", "--request", "nothing", "--identity", folder.File("backup.key"))).Error, StringComparison.Ordinal);
        var made = await RunAsync("restore", "--request", request.Id, "--identity", folder.File("backup.key"));
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("asha@example.in, who asked for it, is its owner.", made.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("restore", "--request", request.Id, "--identity", folder.File("backup.key"))).ExitCode);
        Assert.Contains("Nobody waits", (await RunAsync("backup", "requests")).Output, StringComparison.Ordinal);
        Assert.Contains($"href=\"/w/{Requests.Newest(Books)!.Copy}\"", (await owner.GetAsync(Page)).Body, StringComparison.Ordinal);

        var next = (await AskAsync()).Id;
        Assert.Contains("Say why", (await RunAsync("backup", "decline", next, "--reason", " ")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("backup", "decline", next, "--reason", "Not now.")).ExitCode);
        Assert.Equal((RequestState.Declined, "Not now."), (Requests.Find(next)!.Outcome, Requests.Find(next)!.Reason));
        Assert.Contains("was declined", (await RunAsync("backup", "decline", next, "--reason", "Again.")).Error, StringComparison.Ordinal);
    }

    private static ClaimsPrincipal User(Person person) => new SignedIn(person.Id, person.Email, person.Name, person.Role, "session", DateTimeOffset.UnixEpoch, HasMfa: true).ToPrincipal();

    private void Join(WorkspaceId workspace, string person, Role role)
    {
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
    }

    private async Task<string> MomentAsync(WorkspaceId? workspace = null) => (await house.Server.Get<WorkspaceMoments>().ListAsync(workspace ?? Books, null, Cancel)).Items[0].Key.ToString();

    private async Task<RestoreRequest> AskAsync(WorkspaceId? workspace = null, string? moment = null) =>
        await house.Server.Get<RestoreRequests>().AskAsync(User(asha), workspace ?? Books, new CopyToAsk(moment ?? await MomentAsync(workspace), "Books of then"), Cancel);

    /// <summary>What each moment that is listed holds.</summary>
    private async Task<string> KindsAsync(string query) => string.Join(
        ' ', JsonElement.Parse((await owner.GetAsync(Api + "/backups/moments" + query)).Body).GetProperty("items").EnumerateArray().Select(each => each.GetProperty("is_whole").GetBoolean() ? "whole" : "changes"));

    /// <summary>What the verb does.</summary>
    private Task<FulfilledRequest> RestoreAsync(string id, IObjectStore? store = null, AgeIdentity? with = null)
    {
        var places = house.Server.Workspaces;
        var restore = new WorkspaceRestore(store ?? house.Server.Get<IObjectStore>(), places.Master, house.Server.Get<BackupSigner>(), places.Lifecycle, places.Folder, places.Audit);
        return new RequestedRestore(Requests, restore, places.Audit, house.Clock).RunAsync(id, [with ?? identity], Cancel);
    }

    private async Task<string> Outcome(string id)
    {
        try
        {
            await RestoreAsync(id);
            return "done";
        }
        catch (ProblemException problem)
        {
            return problem.Code.Code;
        }
    }

    /// <summary>So many workspaces there are, and no folder of any other.</summary>
    private void AssertWorkspaces(int count)
    {
        Assert.Equal(count, house.Server.Workspaces.Store.List().Count);
        Assert.Equal(count, Directory.EnumerateDirectories(Path.Combine(house.Server.Workspaces.Folder.Path, "workspaces")).Count());
    }

    private (string Actor, string? Target, string? Workspace) Recorded(AuditAction action) =>
        Assert.Single(house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action), 10)).Row is var row ? (row.ActorId, row.TargetId, row.WorkspaceId) : default;

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.HereAsync(
    [
        "--set", $"Vault:DataDirectory={house.Server.Workspaces.Folder.Path}", "--set", $"Vault:MasterKeyFile={house.Server.Workspaces.MasterKeyFile}",
        "--set", $"Backup:Directory={folder.File("store")}", "--set", $"Backup:Recipients:0={identity.Recipient}", .. arguments,
    ]);

    /// <summary>The store, in which something happens before the first object is read.</summary>
    private sealed class Meanwhile(IObjectStore inner, Action act) : IObjectStore
    {
        private int opened;

        public int Opened => opened;

        public string Description => inner.Description;

        public Task<StoreProtection> ProtectionAsync(CancellationToken cancel) => inner.ProtectionAsync(cancel);

        public Task PutAsync(string name, Func<Stream, Task> write, DateTimeOffset? keepUntil, CancellationToken cancel) => inner.PutAsync(name, write, keepUntil, cancel);

        public Task KeepAsync(ObjectInfo found, DateTimeOffset until, CancellationToken cancel) => inner.KeepAsync(found, until, cancel);

        public Task<Stream> OpenAsync(string name, CancellationToken cancel)
        {
            if (Interlocked.Increment(ref opened) == 1)
            {
                act();
            }

            return inner.OpenAsync(name, cancel);
        }

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancel) => inner.ListAsync(prefix, cancel);

        public Task DeleteAsync(string name, CancellationToken cancel) => inner.DeleteAsync(name, cancel);

        public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Func<string, bool> isOurs, DateTimeOffset before, CancellationToken cancel) => inner.RemoveUnfinishedAsync(isOurs, before, cancel);

        public void Dispose()
        {
        }
    }
}
