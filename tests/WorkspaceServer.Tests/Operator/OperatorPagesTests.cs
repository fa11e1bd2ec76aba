using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Backups;
using Xunit;

namespace WorkspaceServer.Tests.Operator;

/// <summary>What super admins see and do at /operator, what members see of backups, and that nobody else gets there.</summary>
public sealed class OperatorPagesTests : IAsyncLifetime
{
    private const string Store = "Backup:Directory";

    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity identity = AgeIdentity.Create();
    private AccountsServer house = null!;
    private TestBrowser super = null!;
    private Person asha = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home => $"/w/{house.Server.Workspace}";

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync(
            change: (services, _) => services.AddSingleton(provider => new Checkup(
                [new CheckEntry("backup", CheckReach.Quick, false, made => ActivatorUtilities.CreateInstance<BackupCheck>(made)), new CheckEntry("slow", CheckReach.Every, false, _ => throw new InvalidOperationException())], provider)),
            backup: new Dictionary<string, string?> { [Store] = folder.File("store"), ["Backup:Recipients:0"] = identity.Recipient.ToString() });
        var (key, _) = await house.EnrolAsync(await house.AddAsync("devika@rao.example", SystemRole.SuperAdmin));
        super = await house.SignInAsync(key, "devika@rao.example");
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
        foreach (var path in (string[])["/operator/workspaces", "/operator/people", "/operator/backups", "/operator/support", "/operator/doctor"])
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

        house.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.StartsWith("/step-up", (await super.PostAsync("/operator/people/suspend", [("person", asha.Id)], page: "/operator/people")).Location, StringComparison.Ordinal);
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
        Assert.DoesNotContain(made.Generation.Id, page, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"ok\"", (await owner.GetAsync($"/api/v1/workspaces/{house.Server.Workspace}/backups")).Body, StringComparison.Ordinal);

        Assert.Contains("Not yet", page, StringComparison.Ordinal);
        house.Server.Get<DrillStore>().Add(
            new SignedCertificate(DrillTests.Found(house.Clock.GetUtcNow()), """{"recovery_time_seconds": 3.5}"""), house.Clock.GetUtcNow(), _ => { });
        Assert.Contains("everything came back", (await owner.GetAsync(Home + "/backups")).Body, StringComparison.Ordinal);
        Assert.Contains("A restore was last practised on", (await super.GetAsync("/operator/backups")).Body, StringComparison.Ordinal);

        house.Clock.Advance(TimeSpan.FromHours(30));
        Assert.Contains("A night was missed", (await (await house.SignInAsync()).GetAsync(Home + "/backups")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDoctorSaysWhatIsWrong_AndWhatMendsIt_AndMakesNoSlowCheck()
    {
        var page = (await super.GetAsync("/operator/doctor")).Body;
        Assert.Contains("One thing is wrong.", page, StringComparison.Ordinal);
        Assert.Contains("To mend it: workspace-server backup run", page, StringComparison.Ordinal);
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
}
