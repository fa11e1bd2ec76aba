using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>Each change of authority leaves one row in the audit log, and one that was refused leaves none.</summary>
public sealed class AccessRecordingTests : IAsyncLifetime
{
    private AccessHouse house = null!;
    private string owner = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync();
        owner = house.Person(house.Workspace, Role.Owner);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "B25")]
    [Trait("action", nameof(AuditActions.MemberInvited))]
    [Trait("action", nameof(AuditActions.InvitationAccepted))]
    [Trait("action", nameof(AuditActions.InvitationRevoked))]
    [Trait("action", nameof(AuditActions.MemberAdded))]
    [Trait("action", nameof(AuditActions.MemberRoleChanged))]
    [Trait("action", nameof(AuditActions.MemberSuspended))]
    [Trait("action", nameof(AuditActions.MemberReinstated))]
    [Trait("action", nameof(AuditActions.MemberRemoved))]
    [Trait("action", nameof(AuditActions.MemberLeft))]
    [Trait("action", nameof(AuditActions.RoleCreated))]
    [Trait("action", nameof(AuditActions.RoleDeleted))]
    [Trait("action", nameof(AuditActions.AccessReviewSigned))]
    public async Task EachChangeOfMembersAndRolesLeavesOneRow()
    {
        var (member, guest) = (house.Person(email: "member@example.com"), house.Person(email: "guest@example.com"));
        house.Memberships.Add(Principal.Operator, house.Workspace, "member@example.com", Role.Viewer);
        var role = await IdOfAsync(HttpMethod.Post, "/roles", new { name = "Auditor", grants = new[] { "audit.read" } });
        await CallAsync(owner, HttpMethod.Put, $"/members/{member}/role", new { role = "member", custom_roles = new[] { role } });
        await CallAsync(owner, HttpMethod.Post, $"/members/{member}/suspend");
        await CallAsync(owner, HttpMethod.Post, $"/members/{member}/unsuspend");
        await CallAsync(owner, HttpMethod.Delete, $"/members/{member}");
        await CallAsync(owner, HttpMethod.Delete, $"/roles/{role}");
        var withdrawn = await IdOfAsync(HttpMethod.Post, "/invitations", new { email = "guest@example.com", role = "viewer" });
        await CallAsync(owner, HttpMethod.Delete, $"/invitations/{withdrawn}");
        var issued = house.Invitations.Create(Principal.Person(owner), house.Workspace, "guest@example.com", Role.Viewer);
        using var accepted = await house.SendAsync(guest, HttpMethod.Post, "/api/v1/invitations/accept", new { secret = issued.Secret });
        await CallAsync(guest, HttpMethod.Post, "/leave");
        await CallAsync(owner, HttpMethod.Post, "/access-review/sign-offs", new { note = "As it should be" });
        using var refused = await house.SendAsync(owner, HttpMethod.Post, house.In("/leave"));

        Assert.Equal(
            "member.added\nrole.created\nmember.role_changed\nmember.suspended\nmember.reinstated\nmember.removed\nrole.deleted\nmember.invited\ninvitation.revoked\n"
            + "member.invited\ninvitation.accepted\nmember.left\naccess_review.signed",
            house.Dump("SELECT action FROM audit_entry WHERE actor_kind <> 'server' ORDER BY seq"));
        Assert.Equal(
            $"person|{owner}|{house.Workspace}|person|{member}",
            house.Dump("SELECT actor_kind, actor_id, workspace_id, target_kind, target_id FROM audit_entry WHERE action = 'member.suspended'"));
        Assert.DoesNotContain(issued.Secret[8..], house.Dump("SELECT details FROM audit_entry"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "B26")]
    [Trait("action", nameof(AuditActions.SupportGranted))]
    [Trait("action", nameof(AuditActions.SupportUsed))]
    [Trait("action", nameof(AuditActions.SupportRevoked))]
    [Trait("action", nameof(AuditActions.SupportReviewed))]
    public async Task EachStepOfASupportGrantLeavesOneRow()
    {
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Workspace, TestContext.Current.CancellationToken);
        var admin = house.Person(isSuperAdmin: true);
        var grant = house.Support.Create(admin, house.Workspace, "Ticket 4711: totals differ", TimeSpan.FromHours(1));
        await CallAsync(admin, HttpMethod.Post, "/query", new { sql = "SELECT name FROM parties WHERE code = 'P1'" });
        using var broken = await house.SendAsync(admin, HttpMethod.Post, house.In("/query"), new { sql = "SELECT nothing FROM parties" });
        await CallAsync(owner, HttpMethod.Post, $"/support-grants/{grant.Id}/end");
        await CallAsync(owner, HttpMethod.Post, $"/support-grants/{grant.Id}/review", new { note = "Looked at the reads" });

        Assert.Equal(
            "support.granted|ok\nsupport.used|ok\nquery.run|ok\nsupport.used|ok\nsupport.used|ok\nquery.run|invalid_sql\nsupport.revoked|ok\nsupport.reviewed|ok",
            house.Dump("SELECT action, outcome FROM audit_entry WHERE actor_kind <> 'server' ORDER BY seq"));
        var details = house.Dump("SELECT details FROM audit_entry WHERE action = 'query.run'");
        Assert.Contains("SELECT name FROM parties WHERE code = ?", details, StringComparison.Ordinal);
        Assert.Equal(admin, house.Dump("SELECT DISTINCT actor_id FROM audit_entry WHERE action = 'support.used'"));
    }

    private async Task CallAsync(string person, HttpMethod method, string path, object? body = null)
    {
        using var response = await house.SendAsync(person, method, house.In(path), body);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {response.StatusCode}");
    }

    private async Task<string> IdOfAsync(HttpMethod method, string path, object body)
    {
        using var response = await house.SendAsync(owner, method, house.In(path), body);
        return (await AccessHouse.JsonOf(response)).GetProperty("id").GetString()!;
    }
}
