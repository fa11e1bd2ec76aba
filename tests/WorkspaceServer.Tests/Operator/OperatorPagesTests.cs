using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Age;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using WorkspaceServer.Tests.Backups;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Operator;

/// <summary>What super admins see and do at /operator, what members see of backups, and that nobody else gets there.</summary>
public sealed partial class OperatorPagesTests : IAsyncLifetime
{
    private const string Store = "Backup:Directory";

    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity identity = AgeIdentity.Create();
    private AccountsServer house = null!;
    private TestBrowser super = null!;
    private Person asha = null!;
    private byte[] key = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home => $"/w/{house.Server.Workspace}";

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync(
            change: (services, _) => services.AddSingleton(provider => new Checkup(
                [new CheckEntry("backup", CheckReach.Quick, false, made => ActivatorUtilities.CreateInstance<BackupCheck>(made)), new CheckEntry("slow", CheckReach.Every, false, _ => throw new InvalidOperationException())], provider)),
            backup: new Dictionary<string, string?> { [Store] = folder.File("store"), ["Backup:Recipients:0"] = identity.Recipient.ToString() });
        (key, _) = await house.EnrolAsync(await house.AddAsync("devika@rao.example", SystemRole.SuperAdmin));
        super = await SuperAsync();
        asha = await house.AddAsync();
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, asha.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        identity.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "B37")]
    public async Task OnlySuperAdminsOpenThem_AndAreShownTheWay()
    {
        var owner = await house.SignInAsync();
        var stranger = house.Browser();
        foreach (var path in (string[])["/operator/workspaces", "/operator/people", "/operator/backups", "/operator/support", "/operator/doctor", "/operator/limits", "/operator/controls"])
        {
            Assert.Equal(HttpStatusCode.OK, (await super.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await owner.GetAsync(path)).Status);
            Assert.StartsWith("/sign-in", (await stranger.GetAsync(path)).Location, StringComparison.Ordinal);
            Assert.Contains(path, (await super.GetAsync("/")).Body, StringComparison.Ordinal);
            Assert.DoesNotContain(path, (await owner.GetAsync("/")).Body, StringComparison.Ordinal);
        }

        foreach (var (path, form) in ((string, (string, string)[])[])
            [("/operator/people/suspend", [("person", asha.Id)]), ("/operator/backups/run", []), ("/operator/support", [("workspace", house.Server.Workspace.ToString()), ("reason", "I would like to look"), ("minutes", "60")])])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await owner.PostAsync(path, form, page: "/account")).Status);
        }

        Assert.Null(house.Server.Get<PeopleStore>().Find(asha.Id)!.SuspendedAt);
        Assert.Empty(house.Server.Get<SupportGrants>().List(null, null, 10));
        Assert.False(house.Server.Get<BackupWish>().Take());
    }

    [Fact]
    public async Task WorkspacesAreListedBySize_ButNotOpened()
    {
        Assert.Contains(house.Server.Workspace.ToString(), (await super.GetAsync("/operator/workspaces")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await super.GetAsync(Home)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await super.GetAsync(Home + "/tables")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await super.GetAsync(Home + "/backups")).Status);
    }

    [Fact]
    [Trait("claim", "B37")]
    [Trait("action", nameof(AuditActions.WorkspaceClosureStopped))]
    public async Task ADeletedWorkspaceIsBroughtBack_ByWhoMay_WithinItsTime()
    {
        var owner = await house.SignInAsync();
        var late = house.Server.Workspaces.Create("Too late");
        house.Server.Workspaces.Lifecycle.Hold(late, _ => { });
        house.Clock.Advance(WorkspaceLifecycle.HoldTime - TimeSpan.FromDays(2));
        house.Server.Workspaces.Lifecycle.Hold(house.Server.Workspace, _ => { });
        house.Server.Workspaces.Changes.Changed();
        house.Clock.Advance(TimeSpan.FromDays(3));
        (owner, super) = (await house.SignInAsync(), await SuperAsync());
        string[] pages = ["/operator/workspaces/undelete", $"/api/v1/admin/deleted-workspaces/{house.Server.Workspace}/undelete"];

        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync(Home)).Status);
        var page = (await super.GetAsync("/operator/workspaces")).Body;
        Assert.Contains("Deleted, and kept for now", page, StringComparison.Ordinal);
        Assert.Contains(house.Server.Workspace.ToString(), page, StringComparison.Ordinal);
        Assert.DoesNotContain(late.ToString(), page, StringComparison.Ordinal);
        Assert.DoesNotContain(late.ToString(), (await super.GetAsync("/api/v1/admin/deleted-workspaces")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.GetAsync("/api/v1/admin/deleted-workspaces")).Status);
        foreach (var each in pages)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await owner.PostAsync(each, [("workspace", house.Server.Workspace.ToString())], page: "/account")).Status);
        }

        foreach (var id in (string[])[late.ToString(), "nothing", "0199c3f2a4b87d100199c3f2a4b87d10", "' OR 1=1 --"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync(pages[0], [("workspace", id)], page: "/operator/workspaces")).Status);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await super.PostAsync(pages[0], [("workspace", "")], page: "/operator/workspaces")).Status);
        Assert.Equal("/operator/workspaces", (await super.PostAsync(pages[0], [("workspace", house.Server.Workspace.ToString())], page: "/operator/workspaces")).Location);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync(Home)).Status);
        Assert.DoesNotContain("kept for now", (await super.GetAsync("/operator/workspaces")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync(pages[0], [("workspace", house.Server.Workspace.ToString())], page: "/operator/workspaces")).Status);
        var row = Assert.Single(house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.WorkspaceClosureStopped), 10)).Row;
        Assert.Equal((house.Server.Workspace.ToString(), house.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!.Id), (row.TargetId, row.ActorId));

        house.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.StartsWith("/step-up", (await super.PostAsync(pages[0], [("workspace", house.Server.Workspace.ToString())], page: "/operator/workspaces")).Location, StringComparison.Ordinal);
    }

    /// <summary>The same lines in the same order, on pages and for programs; a made-up cursor is a place like any other.</summary>
    [Theory]
    [InlineData("workspaces")]
    [InlineData("people")]
    public async Task ListsComePageByPage(string list)
    {
        for (var i = 0; i < 6; i++)
        {
            house.Server.Workspaces.Create($"Firm <{i}>");
            await house.AddAsync($"clerk{i}@example.in");
        }

        var (shown, told) = (new List<string>(), new List<string>());
        for (var path = $"/operator/{list}?limit=3"; path is not null;)
        {
            var page = (await super.GetAsync(path)).Body;
            shown.AddRange(Lines(list).Matches(page).Select(match => match.Groups[1].Value));
            path = Next().Match(page) is { Success: true } next ? WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        for (string? after = null; ;)
        {
            var answer = JsonElement.Parse((await super.GetAsync($"/api/v1/admin/{list}?limit=3{(after is null ? "" : "&after=" + after)}")).Body);
            told.AddRange(answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            after = answer.GetProperty("next").GetString();
            if (after is null)
            {
                break;
            }
        }

        Assert.Equal(list == "people" ? [.. house.Server.Get<PeopleStore>().List().Select(person => person.Id)] : house.Server.Get<WorkspaceStore>().List().Select(each => each.Id.ToString()), told);
        // On the page of people everybody can be suspended but oneself.
        Assert.Equal(list == "people" ? told.Where(id => id != house.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!.Id) : told, shown);
        var asha = await house.SignInAsync();
        foreach (var path in (string[])[$"/operator/{list}", $"/api/v1/admin/{list}"])
        {
            Assert.Equal(HttpStatusCode.OK, (await super.GetAsync(path + "?after='%20OR%201=1")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?limit=0")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?limit=201")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?after=" + new string('x', 65))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await asha.GetAsync(path)).Status);
        }
    }

    /// <summary>A control is live only if a check has just found it so; what no check watches is said to be unwatched, and policy to be no software.</summary>
    [Fact]
    public async Task ClaimsSayWhatTheServerKnows_AndWhatItCannot()
    {
        async Task<JsonElement> OneAsync(string id) => (await AllAsync()).Single(each => each.GetProperty("id").GetString() == id);
        async Task<List<JsonElement>> AllAsync()
        {
            var list = new List<JsonElement>();
            for (string? after = null; ;)
            {
                var answer = JsonElement.Parse((await super.GetAsync($"/api/v1/admin/claims?limit=200{(after is null ? "" : "&after=" + after)}")).Body);
                list.AddRange(answer.GetProperty("items").EnumerateArray());
                after = answer.GetProperty("next").GetString();
                if (after is null)
                {
                    return list;
                }
            }
        }

        Assert.Equal(Claim.All.Select(claim => claim.Id), (await AllAsync()).Select(each => each.GetProperty("id").GetString()));
        var before = await OneAsync("A93");
        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        var after = await OneAsync("A93");

        Assert.Equal(("wrong", "live"), (before.GetProperty("state").GetString(), after.GetProperty("state").GetString()));
        Assert.NotEmpty(after.GetProperty("tests").EnumerateArray());
        Assert.StartsWith("backup: ", Assert.Single(after.GetProperty("findings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal("partial", (await OneAsync("C26")).GetProperty("state").GetString());
        Assert.Equal("not_software", (await OneAsync("A99")).GetProperty("state").GetString());
        Assert.All(await AllAsync(), each => Assert.True(each.GetProperty("state").GetString() != "absent" || !each.GetProperty("tests").EnumerateArray().Any()));

        var page = (await super.GetAsync("/operator/controls/claims?state=live")).Body;
        Assert.Contains("A93", page, StringComparison.Ordinal);
        Assert.DoesNotContain("C26", page, StringComparison.Ordinal);
        foreach (var path in (string[])["/operator/controls/claims", "/api/v1/admin/claims", "/api/v1/admin/controls"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?state=fine")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?after=Z9")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await super.GetAsync(path + "?limit=201")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await (await house.SignInAsync()).GetAsync(path)).Status);
        }
    }

    /// <summary>A control is live if tests prove all of it and what watches it is content: a check of this moment, or doctor's last one. Strangers learn its state, and nothing of what was found.</summary>
    [Fact]
    [Trait("claim", "B3")]
    public async Task EveryControlHasAState_AStrangerSeesNoMoreThanThat()
    {
        async Task<JsonElement> OneAsync(string id) => JsonElement.Parse((await super.GetAsync("/api/v1/admin/controls?limit=200")).Body).GetProperty("items").EnumerateArray().Single(each => each.GetProperty("id").GetString() == id);
        static string? State(JsonElement control) => control.GetProperty("state").GetString();

        Assert.Equal("absent", State(await OneAsync("nightly-backup")));
        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        Assert.Equal("live", State(await OneAsync("nightly-backup")));
        Assert.Equal("absent", State(await OneAsync("certificate")));

        var unseen = await OneAsync("ssh");
        await house.Server.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.SystemExamined) { Details = [.. Examinations.Details([Finding.Ok("no passwords") with { Check = "ssh" }])] });
        await house.Server.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.SystemExamined) { Details = [.. Examinations.Details([Finding.Ok("there") with { Check = "disk" }])] });
        var seen = await OneAsync("ssh");
        await house.Server.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.SystemExamined) { Details = [.. Examinations.Details([Finding.Ok("") with { Check = "ssh" }, Finding.Fail("passwords", "", "") with { Check = "ssh" }])] });
        Assert.Equal(("partial", "live", "absent"), (State(unseen), State(seen), State(await OneAsync("ssh"))));
        Assert.Equal(JsonValueKind.Null, unseen.GetProperty("checked_at").ValueKind);
        Assert.Equal(house.Server.Get<TimeProvider>().GetUtcNow(), seen.GetProperty("checked_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));

        var (page, stranger) = (WebUtility.HtmlDecode((await super.GetAsync("/operator/controls")).Body), WebUtility.HtmlDecode((await house.Browser().GetAsync("/security")).Body));
        Assert.All(SecurityControl.All, control => Assert.Contains(control.Title.English, page, StringComparison.Ordinal));
        Assert.All(SecurityControl.All, control => Assert.Equal(!control.IsInside, stranger.Contains(control.Title.English, StringComparison.Ordinal)));
        Assert.All(Examined(await house.Server.Get<ControlsReport>().LookAsync(Cancel)), text => Assert.DoesNotContain(text, stranger, StringComparison.Ordinal));
        Assert.Contains("BackupTests", stranger, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await house.SignInAsync()).GetAsync("/operator/controls")).Status);

        static IEnumerable<string> Examined(IReadOnlyList<ControlStanding> controls) => controls.SelectMany(control => control.Looks).Select(look => look.Text).Distinct();
    }

    /// <summary>Whoever runs the server with a password alone is counted; who is suspended, and who does not run it, is not.</summary>
    [Fact]
    public async Task OperatorsWithoutASecondFactorAreCounted()
    {
        async Task<CheckState> LookAsync() => Assert.Single(await ActivatorUtilities.CreateInstance<SecondFactorCheck>(house.Server.Get<IServiceProvider>()).LookAsync(new CheckRequest(CheckReach.Quick), Cancel)).State;

        Assert.Equal(CheckState.Ok, await LookAsync());
        var other = await house.AddAsync("meera@rao.example", SystemRole.SuperAdmin);
        Assert.Equal((2, 1), house.Server.Get<PeopleStore>().CountOperators());
        Assert.Equal(CheckState.Warn, await LookAsync());
        await house.EnrolAsync(other);
        Assert.Equal(CheckState.Ok, await LookAsync());
    }

    /// <summary>A stranger who asks again and again does not make the server look again and again.</summary>
    [Fact]
    public async Task WhatStrangersAreTold_IsLookedAtOnceInFiveMinutes()
    {
        var report = house.Server.Get<ControlsReport>();
        var first = await report.KnownAsync(Cancel);
        Assert.Same(first, await report.KnownAsync(Cancel));
        house.Clock.Advance(ControlsReport.KnownFor);
        Assert.NotSame(first, await report.KnownAsync(Cancel));
    }

    /// <summary>Every control stands for claims that there are, no claim for two, and nothing is watched in vain.</summary>
    [Fact]
    public void ControlsStandForClaims_OfWhichEachIsNamedOnce()
    {
        var claims = Claim.All.Select(claim => claim.Id).ToHashSet();
        Assert.DoesNotContain(SecurityControl.All.SelectMany(control => control.Claims), id => !claims.Contains(id));
        Assert.Empty(SecurityControl.All.SelectMany(control => control.Claims).GroupBy(id => id).Where(id => id.Count() > 1).Select(id => id.Key));
        Assert.Empty(SecurityControl.All.GroupBy(control => control.Id).Where(id => id.Count() > 1).Select(id => id.Key));
        Assert.All(SecurityControl.All, control => Assert.Matches("^[a-z0-9-]+$", control.Id));
        var files = Repository.FilesUnder("tests/", ".cs").Select(file => Path.GetFileNameWithoutExtension(file.Path)).ToHashSet();
        Assert.DoesNotContain(SecurityControl.All.SelectMany(control => control.Proofs), test => !files.Contains(test));
    }

    /// <summary>What the build put into the program is what stands in the claims and in the tests.</summary>
    [Fact]
    public void TheClaimsAreThoseOfTheList_WithTheTestsThatCarryThem()
    {
        var claims = File.ReadLines(Repository.PathOf("tests/CLAIMS.md")).Where(line => ClaimId().IsMatch(line)).Select(line => ClaimId().Match(line).Groups[1].Value);
        var carried = Repository.FilesUnder("tests/", ".cs").SelectMany(file => Carried().Matches(file.Text).Select(match => $"{match.Groups[1].Value} {Path.GetFileNameWithoutExtension(file.Path)}"));

        Assert.Equal(claims, Claim.All.Select(claim => claim.Id));
        Assert.Equal(carried.Distinct().Order(StringComparer.Ordinal), Claim.All.SelectMany(claim => claim.Tests.Select(test => $"{claim.Id} {test}")).Order(StringComparer.Ordinal));
        Assert.All(Claim.All, claim => Assert.True(claim.Criterion.Length > 0));
        Assert.Contains(nameof(OperatorPagesTests), Claim.All.Single(claim => claim.Id == "B37").Tests);
    }

    [Fact]
    public async Task LimitsAreThoseThatTheVerbPrints()
    {
        var page = WebUtility.HtmlDecode((await super.GetAsync("/operator/limits")).Body);
        var table = LimitsTable.Of(house.Server.Get<IServiceProvider>(), house.Server.Endpoints.OfType<RouteEndpoint>());

        Assert.NotEmpty(table.Classes);
        Assert.All(table.Classes, each => Assert.Contains($"{Formats.Number(each.Requests)} in {Formats.Number(each.WindowSeconds)} s", page, StringComparison.Ordinal));
        Assert.All(table.Classes, each => Assert.Contains(each.Setting, page, StringComparison.Ordinal));
        Assert.All(table.Others, each => Assert.Contains(each.Name, page, StringComparison.Ordinal));
        Assert.All(table.Endpoints, each => Assert.Contains($"{each.Method} {each.Path}", page, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.PersonSuspended))]
    [Trait("action", nameof(AuditActions.PersonReinstated))]
    public async Task WhoIsSuspendedIsOutAtTheNextRequest_AndComesBack()
    {
        var browser = await house.SignInAsync();

        Assert.Equal(HttpStatusCode.SeeOther, (await super.PostAsync("/operator/people/suspend", [("person", asha.Id)], page: "/operator/people")).Status);
        Assert.StartsWith("/sign-in", (await browser.GetAsync(Home)).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await super.PostAsync("/operator/people/suspend", [("person", asha.Id)], page: "/operator/people")).Status);

        Assert.Equal(HttpStatusCode.SeeOther, (await super.PostAsync("/operator/people/reinstate", [("person", asha.Id)], page: "/operator/people")).Status);
        Assert.Equal(HttpStatusCode.OK, (await (await house.SignInAsync()).GetAsync(Home)).Status);
        foreach (var action in (string[])[AuditActions.PersonSuspended, AuditActions.PersonReinstated])
        {
            var row = Assert.Single(house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action), 10)).Row;
            Assert.Equal((asha.Id, house.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!.Id), (row.TargetId, row.ActorId));
        }
    }

    [Fact]
    public async Task NobodySuspendsThemselves_OrSomebodyWhoIsNotThere()
    {
        var me = house.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!;

        Assert.Equal(HttpStatusCode.Conflict, (await super.PostAsync("/operator/people/suspend", [("person", me.Id)], page: "/operator/people")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync("/operator/people/suspend", [("person", "nobody")], page: "/operator/people")).Status);
        Assert.Null(house.Server.Get<PeopleStore>().Find(me.Id)!.SuspendedAt);

        // Programs do the same, and are refused the same.
        async Task<HttpStatusCode> ApiAsync(string path) => (await super.SendAsync(HttpMethod.Post, "/api/v1/admin/" + path, (await super.GetAsync("/operator/people")).Token)).Status;
        Assert.Equal(HttpStatusCode.Conflict, await ApiAsync($"people/{me.Id}/suspend"));
        Assert.Equal(HttpStatusCode.NotFound, await ApiAsync("people/nobody/suspend"));
        Assert.Equal(HttpStatusCode.NoContent, await ApiAsync($"people/{asha.Id}/suspend"));
        Assert.Equal(HttpStatusCode.Conflict, await ApiAsync($"people/{asha.Id}/suspend"));
        Assert.Equal(HttpStatusCode.NoContent, await ApiAsync($"people/{asha.Id}/reinstate"));
        Assert.Null(house.Server.Get<PeopleStore>().Find(asha.Id)!.SuspendedAt);
        Assert.Equal(HttpStatusCode.Accepted, await ApiAsync("backups"));
        Assert.True(house.Server.Get<BackupWish>().Take());

        house.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.StartsWith("/step-up", (await super.PostAsync("/operator/people/suspend", [("person", asha.Id)], page: "/operator/people")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABackupThatIsBeingMadeIsSeenToCome()
    {
        var progress = house.Server.Get<BackupProgress>();
        progress.Begin();
        house.Clock.Advance(TimeSpan.FromSeconds(30));
        progress.Report(0.25, "Workspace 1 of 4");
        var page = (await super.GetAsync("/operator/backups")).Body;
        using var stream = await EventStream.OpenAsync(house.Server, super, "/operator/backups/events");
        var before = await stream.NextAsync();
        progress.Report(0.26, "Workspace 1 of 4");
        progress.End();
        var after = await stream.NextAsync();

        Assert.Contains("Workspace 1 of 4", page, StringComparison.Ordinal);
        // A quarter took 30 seconds.
        Assert.Contains("25% done, about 2 min left", page, StringComparison.Ordinal);
        Assert.Contains($"data-live-state=\"{before}\"", page, StringComparison.Ordinal);
        Assert.NotEqual(before, after);
        Assert.DoesNotContain("% done", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);
        Assert.Null(progress.Now);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.BackupAsked))]
    public async Task ABackupThatIsAskedForIsMadeNext_AndSeenByBoth()
    {
        var owner = await house.SignInAsync();
        Assert.Contains("in no whole backup yet", (await owner.GetAsync(Home + "/backups")).Body, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.SeeOther, (await super.PostAsync("/operator/backups/run", [], page: "/operator/backups")).Status);
        Assert.Contains("A backup is being made", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);
        Assert.True(house.Server.Get<BackupWish>().Take());
        var made = await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);

        Assert.Contains(made.Generation.Id, (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);
        var page = (await owner.GetAsync(Home + "/backups")).Body;
        Assert.Contains("is in the last backup", page, StringComparison.Ordinal);
        Assert.Contains($"/backups/copy?moment={made.Generation.Id}", page, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"ok\"", (await owner.GetAsync($"/api/v1/workspaces/{house.Server.Workspace}/backups")).Body, StringComparison.Ordinal);

        Assert.Contains("Not yet", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Restore last proven</dt><dd>Not yet</dd>", (await owner.GetAsync(Home)).Body, StringComparison.Ordinal);
        house.Server.Get<DrillStore>().Add(
            new SignedCertificate(DrillTests.Found(house.Clock.GetUtcNow()), """{"recovery_time_seconds": 3.5}"""), house.Clock.GetUtcNow(), _ => { });
        Assert.Contains("everything came back", (await owner.GetAsync(Home + "/backups")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>Restore last proven</dt><dd>Not yet</dd>", (await owner.GetAsync(Home)).Body, StringComparison.Ordinal);
        Assert.Contains("A restore was last practised on", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);

        house.Clock.Advance(TimeSpan.FromHours(30));
        Assert.Contains("A night was missed", (await (await house.SignInAsync()).GetAsync(Home + "/backups")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDoctorSaysWhatIsWrong_AndWhatMendsIt_AndMakesNoSlowCheck()
    {
        var page = (await super.GetAsync("/operator/doctor")).Body;
        Assert.Contains("One thing is wrong.", page, StringComparison.Ordinal);
        Assert.Contains("To mend it: <span lang=\"en\">workspace-server backup run", page, StringComparison.Ordinal);
        Assert.DoesNotContain("slow", page, StringComparison.Ordinal);

        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        Assert.Contains("Nothing is wrong.", (await super.GetAsync("/operator/doctor")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.SupportGranted))]
    public async Task SupportIsTakenForAReason_AndTheOwnerSeesIt()
    {
        (string, string)[] Form(string reason, string minutes) => [("workspace", house.Server.Workspace.ToString()), ("reason", reason), ("minutes", minutes)];
        foreach (var bad in ((string, string)[][])[Form("short", "60"), Form("The sync stands still", "241"), Form("The sync stands still", "0"), [("workspace", "nothing"), ("reason", "The sync stands still"), ("minutes", "60")]])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await super.PostAsync("/operator/support", bad)).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await super.GetAsync(Home)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await super.PostAsync("/operator/support", Form("The <b>sync</b> stands still", "60"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await super.GetAsync(Home)).Status);
        Assert.Contains("The &lt;b&gt;sync&lt;/b&gt; stands still", (await (await house.SignInAsync()).GetAsync(Home + "/support")).Body, StringComparison.Ordinal);
    }

    private static Regex Lines(string list) => list == "people" ? Suspendable() : Mono();

    [GeneratedRegex(@"^\| ([A-E]\d+) \|")]
    private static partial Regex ClaimId();

    [GeneratedRegex("""Trait\("claim", "([A-E]\d+)"\)""")]
    private static partial Regex Carried();

    [GeneratedRegex("name=\"person\" value=\"([0-9a-f]+)\"")]
    private static partial Regex Suspendable();

    [GeneratedRegex("<small class=\"mono\">([0-9a-f-]+)</small>")]
    private static partial Regex Mono();

    [GeneratedRegex("href=\"([^\"]*after=[^\"]*)\"")]
    private static partial Regex Next();

    private Task<TestBrowser> SuperAsync() => house.SignInAsync(key, "devika@rao.example");
}
