using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Team;

/// <summary>The pages about the people of a workspace, over HTTP: who sees what, what their forms do, and what they refuse.</summary>
public sealed partial class TeamPagesTests : IAsyncLifetime
{
    private const string Owner = "asha@example.in";
    private const string Member = "ravi@example.in";

    private AccountsServer house = null!;
    private Person owner = null!;
    private Person member = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WorkspaceId Workspace => house.Server.Workspace;

    private string Home => $"/w/{Workspace}";

    private string Team => Home + "/team";

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        (owner, member) = (await house.AddAsync(Owner), await house.AddAsync(Member));
        Join(Owner, Role.Owner);
        Join(Member, Role.Member);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B24")]
    public async Task AStrangerIsInvited_MakesAnAccount_AndJoins_WithTheMailAlone()
    {
        var browser = await house.SignInAsync(Owner);
        var sent = await browser.PostAsync(Team + "/invite", [("email", "devika@example.in"), ("role", "viewer")]);
        Assert.Equal((HttpStatusCode.SeeOther, Team), (sent.Status, sent.Location));
        Assert.Contains("devika@example.in", (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("wsp_inv_", (await browser.GetAsync(Team)).Body, StringComparison.Ordinal); // the link is for the invited alone

        var mail = await house.Mails.NextAsync(Cancel);
        var link = new Uri(Link().Match(mail.TextBody!).Value);
        var stranger = house.Browser();
        var page = await stranger.GetAsync(link.PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var fields = Hidden().Matches(page.Body).Where(match => match.Groups[1].Value is "token" or "return_to")
            .Select(match => (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value)));
        var made = await stranger.SubmitAsync("/verify", [.. fields, ("name", "Devika"), ("password", "a lamp beside the river")], page.Token);

        Assert.StartsWith("/invitation?token=wsp_inv_", made.Location, StringComparison.Ordinal);
        var invitation = await stranger.GetAsync(made.Location!);
        Assert.Contains("Asha invites you", invitation.Body, StringComparison.Ordinal);
        var joined = await stranger.SubmitAsync("/invitation", [("token", made.Location!.Split('=')[1])], invitation.Token);
        Assert.Equal(Home, joined.Location);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(Home)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SubmitAsync("/invitation", [("token", made.Location!.Split('=')[1])], invitation.Token)).Status); // once
    }

    [Fact]
    [Trait("claim", "B63")]
    public async Task WhoWasNotHereForNinetyDaysIsNamed_AndRemovedInTwoSteps()
    {
        const string Words = "One person was not here for 90 days.";
        house.Clock.Advance(Features.Team.ShowTeam.Idle);
        var browser = await house.SignInAsync(Owner);
        Assert.DoesNotContain(Words, (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);

        house.Clock.Advance(TimeSpan.FromSeconds(1));
        var page = (await browser.GetAsync(Team)).Body;
        Assert.Contains(Words, page, StringComparison.Ordinal);
        Assert.Contains($"{Team}/{member.Id}#remove", page, StringComparison.Ordinal);
        Assert.Contains("id=\"remove\"", (await browser.GetAsync($"{Team}/{member.Id}")).Body, StringComparison.Ordinal);

        // Who comes back is not idle any more, and may not remove whoever is.
        var back = await house.SignInAsync(Member);
        Assert.DoesNotContain("#remove", (await back.GetAsync(Team)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Words, (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B24")]
    public async Task AWithdrawnInvitationMakesNoAccountEither()
    {
        var browser = await house.SignInAsync(Owner);
        await browser.PostAsync(Team + "/invite", [("email", "devika@example.in"), ("role", "viewer")]);
        var link = new Uri(Link().Match((await house.Mails.NextAsync(Cancel)).TextBody!).Value);
        var stranger = house.Browser();
        var page = await stranger.GetAsync(link.PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, page.Status);

        var id = house.Server.Get<InvitationDesk>().List(Workspace, null, 1)[0].Id;
        await browser.PostAsync(Team + "/withdraw", [("invitation", id)], Team);
        var fields = Hidden().Matches(page.Body).Where(match => match.Groups[1].Value is "token" or "return_to")
            .Select(match => (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value)));
        var made = await stranger.SubmitAsync("/verify", [.. fields, ("name", "Devika"), ("password", "a lamp beside the river")], page.Token);

        Assert.Equal(HttpStatusCode.Gone, made.Status);
        Assert.Equal(HttpStatusCode.Gone, (await house.Browser().GetAsync(link.PathAndQuery)).Status);
        Assert.Null(house.Server.Get<PeopleStore>().FindByEmail("devika@example.in"));
    }

    [Fact]
    [Trait("claim", "B24")]
    public async Task AnInvitationIsForItsAddress_AndWithdrawnItIsWorthNothing()
    {
        await house.AddAsync("devika@example.in");
        var browser = await house.SignInAsync(Owner);
        await browser.PostAsync(Team + "/invite", [("email", "devika@example.in"), ("role", "member")]);
        var link = new Uri(Link().Match((await house.Mails.NextAsync(Cancel)).TextBody!).Value).PathAndQuery;
        Assert.StartsWith("/invitation?token=", link, StringComparison.Ordinal); // she has an account

        var other = await house.SignInAsync(Member);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.PostAsync("/invitation", [("token", link.Split('=')[1])], "/account")).Status);
        Assert.StartsWith("/sign-in?return_to=%2Finvitation", (await house.Browser().GetAsync(link)).Location, StringComparison.Ordinal);

        var devika = await house.SignInAsync("devika@example.in");
        Assert.Equal(HttpStatusCode.OK, (await devika.GetAsync(link)).Status);
        var id = house.Server.Get<InvitationDesk>().List(Workspace, null, 1)[0].Id;
        Assert.Equal(Team, (await browser.PostAsync(Team + "/withdraw", [("invitation", id)], Team)).Location);
        Assert.Equal(HttpStatusCode.NotFound, (await devika.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await devika.PostAsync("/invitation", [("token", link.Split('=')[1])], "/account")).Status);
    }

    [Theory]
    [InlineData("no address", "viewer", "Type an e-mail address")]
    [InlineData("x@example.in", "king", "Choose a role")]
    [InlineData("x@example.in", "owner", "more permissions than you hold")]
    public async Task WhatIsWrongWithAnInvitationIsSaidOnItsForm(string email, string role, string sentence)
    {
        house.Server.Get<Memberships>().ChangeRole(Principal.Operator, Workspace, member.Id, Role.Admin, []);
        var browser = await house.SignInAsync(Member);

        var answer = await browser.PostAsync(Team + "/invite", [("email", email), ("role", role)]);

        Assert.InRange((int)answer.Status, 400, 403);
        Assert.Contains(sentence, answer.Body, StringComparison.Ordinal);
        Assert.Contains($"value=\"{email}\"", answer.Body, StringComparison.Ordinal); // what was typed is kept
        Assert.Empty(house.Server.Get<InvitationDesk>().List(Workspace, null, 10));
        Assert.DoesNotContain("value=\"owner\"", (await browser.GetAsync(Team + "/invite")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B25")]
    public async Task AMembersRoleIsChanged_TheyAreSuspended_LetIn_AndRemoved()
    {
        var browser = await house.SignInAsync(Owner);
        var theirs = await house.SignInAsync(Member);
        var page = $"{Team}/{member.Id}";
        var role = house.Server.Get<RoleBook>().Create(Principal.Operator, Workspace, "Auditor", ["audit.read"], ["rows.read"]);

        Assert.Equal(page, (await browser.PostAsync(page + "/role", [("role", "viewer"), ("custom_roles", role.Id)], page)).Location);
        Assert.Contains("Viewer, Auditor", (await browser.GetAsync(page)).Body, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await theirs.GetAsync(Home)).Status);
        Assert.Equal(page, (await browser.PostAsync(page + "/suspend", [], page)).Location);
        Assert.Equal(HttpStatusCode.Forbidden, (await theirs.GetAsync(Home)).Status);
        Assert.Equal(page, (await browser.PostAsync(page + "/unsuspend", [], page)).Location);
        Assert.Equal(HttpStatusCode.OK, (await theirs.GetAsync(Home)).Status);
        Assert.Equal(Team, (await browser.PostAsync(page + "/remove", [], page)).Location);
        Assert.Equal(HttpStatusCode.NotFound, (await theirs.GetAsync(Home)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(page)).Status);
    }

    [Fact]
    [Trait("claim", "B20")]
    public async Task TheLastOwnerStays_AndIsToldWhy()
    {
        var browser = await house.SignInAsync(Owner);
        var own = $"{Team}/{owner.Id}";

        Assert.Contains("keeps at least one owner", (await browser.PostAsync(Home + "/leave", [], own)).Body, StringComparison.Ordinal);
        Assert.Contains("keeps at least one owner", (await browser.PostAsync(own + "/role", [("role", "viewer")], own)).Body, StringComparison.Ordinal);
        house.Server.Get<Memberships>().ChangeRole(Principal.Operator, Workspace, member.Id, Role.Owner, []);
        Assert.Equal("/", (await browser.PostAsync(Home + "/leave", [], own)).Location);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(Team)).Status);
    }

    [Fact]
    [Trait("claim", "B18")]
    public async Task WhoMayNotDoesNotSeeTheForms_AndIsRefusedWithoutThem()
    {
        var browser = await house.SignInAsync(Member);
        var page = $"{Team}/{owner.Id}";
        foreach (var shown in (string[])[Team, page])
        {
            var body = (await browser.GetAsync(shown)).Body;
            Assert.DoesNotContain($"action=\"{Team}", body, StringComparison.Ordinal);
            Assert.DoesNotContain($"{Team}/invite", body, StringComparison.Ordinal);
        }

        foreach (var path in (string[])[Team + "/invite", Home + "/access-review", Home + "/support", Home + "/settings", Team + "/roles/new"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(path)).Status);
        }

        foreach (var path in (string[])[Team + "/invite", Team + "/withdraw", Team + "/roles/delete", page + "/suspend", page + "/unsuspend", page + "/remove", page + "/role", Home + "/access-review", Home + "/settings"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(path, [], Team)).Status);
        }

        // Neither is there anything for who is no member, or where there is no workspace.
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Team)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/w/00000000-0000-7000-8000-000000000000/team")).Status);
    }

    [Fact]
    [Trait("claim", "C14")]
    public async Task WhatLiftsSomebodyNeedsAFreshProof_OnPagesAndForPrograms()
    {
        var browser = await house.SignInAsync(Owner);
        var page = $"{Team}/{member.Id}";
        house.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.StartsWith("/step-up", (await browser.PostAsync(page + "/role", [("role", "owner")], page)).Location, StringComparison.Ordinal);
        Assert.StartsWith("/step-up", (await browser.PostAsync(Team + "/roles/new", [("name", "x")], Team)).Location, StringComparison.Ordinal);
        Assert.StartsWith("/step-up", (await browser.PostAsync(Home + "/settings", [("idle", "5")], Home + "/settings")).Location, StringComparison.Ordinal);
        var refused = await browser.PostAsync(page + "/role", [("role", "owner")], page, "application/json");
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("step_up_required", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARoleOfTheirOwnIsMade_AndDeletedWhenNobodyHoldsIt()
    {
        var browser = await house.SignInAsync(Owner);
        Assert.Contains("at least one permission", (await browser.PostAsync(Team + "/roles/new", [("name", "Clerk")])).Body, StringComparison.Ordinal);
        Assert.Contains("Give a name", (await browser.PostAsync(Team + "/roles/new", [("name", ""), ("grants", "audit.read")])).Body, StringComparison.Ordinal);
        var kept = await browser.PostAsync(Team + "/roles/new", [("name", "Owner"), ("grants", "audit.read"), ("grants", "backups.run"), ("denials", "query.run")]);
        Assert.Equal(3, Checked().Count(kept.Body)); // what was ticked stays ticked

        Assert.Equal(Team, (await browser.PostAsync(Team + "/roles/new", [("name", "Clerk"), ("grants", "audit.read"), ("grants", "backups.run"), ("denials", "query.run")])).Location);
        var role = Assert.Single(house.Server.Get<RoleBook>().List(Workspace));
        Assert.Equal("audit.read backups.run", role.Grants.ToString());
        Assert.Equal("query.run", role.Denials.ToString());
        Assert.Contains("Clerk", (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);

        house.Server.Get<Memberships>().ChangeRole(Principal.Operator, Workspace, member.Id, Role.Viewer, [role.Id]);
        Assert.Equal(HttpStatusCode.Conflict, (await browser.PostAsync(Team + "/roles/delete", [("role", role.Id)], Team)).Status);
        house.Server.Get<Memberships>().ChangeRole(Principal.Operator, Workspace, member.Id, Role.Viewer, []);
        Assert.Equal(Team, (await browser.PostAsync(Team + "/roles/delete", [("role", role.Id)], Team)).Location);
    }

    [Fact]
    [Trait("claim", "C16")]
    public async Task TheAccessReviewShowsWhoIsWeak_AndIsSigned()
    {
        var (key, _) = await house.EnrolAsync(owner);
        var browser = await house.SignInAsync(key, Owner);
        house.Clock.Advance(TimeSpan.FromDays(91));
        browser = await house.SignInAsync(key, Owner);
        Assert.Contains("The access review is due", (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);
        var page = await browser.GetAsync(Home + "/access-review");
        Assert.Contains("Due since", page.Body, StringComparison.Ordinal);
        Assert.Contains("Code app", page.Body, StringComparison.Ordinal);
        Assert.Contains("Password only", page.Body, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(Home + "/access-review", [("note", new string('x', 501))])).Status);
        Assert.Equal(Home + "/access-review", (await browser.PostAsync(Home + "/access-review", [("note", "Ravi turns on his app")])).Location);
        page = await browser.GetAsync(Home + "/access-review");
        Assert.Contains("Signed in time", page.Body, StringComparison.Ordinal);
        Assert.Contains("Asha: Ravi turns on his app", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("review is due", (await browser.GetAsync(Team)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B26")]
    public async Task AnOwnerSeesWhoOfTheServersOperatorsLooked_EndsIt_AndSignsItOff()
    {
        var support = await house.AddAsync("support@example.in", SystemRole.SuperAdmin);
        var browser = await house.SignInAsync(Owner);
        Assert.Contains("Nobody was let in", (await browser.GetAsync(Home + "/support")).Body, StringComparison.Ordinal);
        var grants = house.Server.Get<SupportGrants>();
        var grant = grants.Create(support.Id, Workspace, "The sync stands still since Monday", TimeSpan.FromHours(1));
        grants.RecordRead(grant.Id, Workspace, "GET /w/{workspace}/tables");

        var page = await browser.GetAsync(Home + "/support");
        Assert.Contains("One person who runs this server can read your rows now", page.Body, StringComparison.Ordinal);
        Assert.Contains("The sync stands still since Monday", page.Body, StringComparison.Ordinal);
        Assert.Contains("GET /w/{workspace}/tables", page.Body, StringComparison.Ordinal);

        Assert.Equal(Home + "/support", (await browser.PostAsync($"{Home}/support/{grant.Id}/end", [], Home + "/support")).Location);
        Assert.Contains("Say what you looked at", (await browser.PostAsync($"{Home}/support/{grant.Id}/review", [("note", "short")], Home + "/support")).Body, StringComparison.Ordinal);
        Assert.Equal(Home + "/support", (await browser.PostAsync($"{Home}/support/{grant.Id}/review", [("note", "They read the list of tables only")], Home + "/support")).Location);
        Assert.Contains("They read the list of tables only", (await browser.GetAsync(Home + "/support")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync($"{Home}/support/{grant.Id}/end", [], Home + "/support")).Status);
    }

    [Theory]
    [Trait("claim", "C3")]
    [InlineData("4", false)]
    [InlineData("5", true)]
    [InlineData("60", true)]
    [InlineData("61", false)]
    [InlineData("-5", false)]
    [InlineData("x", false)]
    [InlineData("", true)]
    public async Task AWorkspaceSaysAfterHowLongItsMembersAreSignedOut(string typed, bool isTaken)
    {
        var browser = await house.SignInAsync(Owner);
        var answer = await browser.PostAsync(Home + "/settings", [("idle", typed)]);

        Assert.Equal(isTaken ? HttpStatusCode.SeeOther : HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains($"value=\"{typed}\"", (isTaken ? await browser.GetAsync(Home + "/settings") : answer).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramsSetItTheSameWay_WithinTheSameBounds()
    {
        var browser = await house.SignInAsync(Owner);
        var (path, token) = ($"/api/v1/workspaces/{Workspace}/settings", (await browser.GetAsync(Home + "/settings")).Token);

        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendJsonAsync(HttpMethod.Put, path, "{\"idle_minutes\":5}", token)).Status);
        Assert.Equal("{\"idle_minutes\":5}", (await browser.GetAsync(path, "application/json")).Body);
        Assert.Contains("value=\"5\"", (await browser.GetAsync(Home + "/settings")).Body, StringComparison.Ordinal);
        foreach (var refused in (string[])["{\"idle_minutes\":4}", "{\"idle_minutes\":61}", "{\"idle_minutes\":\"5\"}", "{\"idle\":5}"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendJsonAsync(HttpMethod.Put, path, refused, token)).Status);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendJsonAsync(HttpMethod.Put, path, "{\"idle_minutes\":null}", token)).Status);
        Assert.Equal("{\"idle_minutes\":null}", (await browser.GetAsync(path, "application/json")).Body);
    }

    [Fact]
    [Trait("claim", "C3")]
    [Trait("action", nameof(AuditActions.WorkspaceSettingsChanged))]
    public async Task ItHoldsAtOnce_ForEverybodyInTheWorkspace_AndForNobodyElse()
    {
        await house.AddAsync("stranger@example.in");
        var (browser, theirs, stranger) = (await house.SignInAsync(Owner), await house.SignInAsync(Member), await house.SignInAsync("stranger@example.in"));
        await browser.PostAsync(Home + "/settings", [("idle", "5")]);

        house.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await theirs.GetAsync("/account")).Status);
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.StartsWith("/sign-in", (await theirs.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/account")).Status);

        // Longer than the server's own half hour, too.
        browser = await house.SignInAsync(Owner);
        await browser.PostAsync(Home + "/settings", [("idle", "60")]);
        house.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).Status);
        Assert.StartsWith("/sign-in", (await stranger.GetAsync("/account")).Location, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.AccessDenied))]
    public async Task WhatIsRefusedIsRecorded_TenTimesAMinuteAndNoMore()
    {
        var browser = await house.SignInAsync(Member);
        for (var count = 0; count < 15; count++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Home + "/settings")).Status);
        }

        var rows = Denied();
        Assert.Equal(10, rows.Count);
        Assert.All(rows, row => Assert.Equal(("forbidden", member.Id, Workspace.ToString()), (row.Outcome, row.ActorId, row.WorkspaceId)));
        Assert.Contains("/w/{workspace}/settings", rows[0].Details, StringComparison.Ordinal);
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.GetAsync("/w/00000000-0000-7000-8000-000000000000/team");
        Assert.Equal(11, Denied().Count);
    }

    private List<AuditRow> Denied() => [.. house.Server.Get<AuditStore>().Find(new AuditFilter { Action = AuditActions.AccessDenied.Name }, 100).Select(found => found.Row)];

    private void Join(string email, Role role) => house.Server.Get<Memberships>().Add(Principal.Operator, Workspace, email, role);

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Link();

    [GeneratedRegex("type=\"hidden\" name=\"([a-z_]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();

    [GeneratedRegex("type=\"checkbox\"[^>]* checked")]
    private static partial Regex Checked();
}
