using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>The one service that decides, on a real control database with a clock that stands still.</summary>
public sealed class PolicyTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces;
    private readonly Policy policy;
    private readonly Memberships memberships;
    private readonly WorkspaceId workspace;
    private readonly WorkspaceId other;

    public PolicyTests()
    {
        workspaces = new TemporaryWorkspaces(clock);
        policy = workspaces.Policy;
        memberships = new Memberships(new MembershipStore(workspaces.Control), workspaces.Audit, workspaces.Changes, clock);
        workspace = workspaces.Create("One");
        other = workspaces.Create("Two");
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Fact]
    [Trait("claim", "B20")]
    public void EachRoleMayDoWhatItsListSays_AndNothingElsewhere()
    {
        foreach (var role in Roles.All)
        {
            var person = Principal.Person(Add(role));
            foreach (var permission in Permissions.OfWorkspaces)
            {
                Assert.Equal(Roles.PermissionsOf(role).Contains(permission) ? Verdict.Allowed : Verdict.Forbidden, policy.May(person, permission, workspace).Verdict);
                Assert.Equal(Verdict.NotFound, policy.May(person, permission, other).Verdict);
                Assert.Equal(Verdict.NotFound, policy.May(person, permission, WorkspaceId.New(clock.GetUtcNow())).Verdict);
            }

            Assert.Equal(Roles.PermissionsOf(role), policy.PermissionsOf(person, workspace));
        }
    }

    [Fact]
    [Trait("claim", "B19")]
    public void WhatIsTheSystemsIsForSuperAdmins_AndIsAllTheyHave()
    {
        var admin = Principal.Person(workspaces.AddPerson("admin@example.com", isSuperAdmin: true));
        var user = Principal.Person(Add(Role.Owner));
        foreach (var permission in Permissions.OfSystem)
        {
            Assert.Equal(Verdict.Allowed, policy.May(admin, permission, null).Verdict);
            Assert.Equal(Verdict.Forbidden, policy.May(user, permission, null).Verdict);
            Assert.Equal(Verdict.Forbidden, policy.May(user, permission, workspace).Verdict);
        }

        Assert.All(Permissions.OfWorkspaces, permission => Assert.Equal(Verdict.NotFound, policy.May(admin, permission, workspace).Verdict));
        Assert.Throws<ArgumentNullException>(() => policy.May(admin, Permissions.QueryRun, null));
    }

    public static TheoryData<string> Names => [.. Permissions.OfWorkspaces.Select(permission => permission.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("claim", "B23")]
    public void EachPermissionCanBeHeldAlone_AndCanBeTakenFromAnyone(string name)
    {
        var (permission, roles) = (Permissions.Get(name), new RoleBook(new CustomRoleStore(workspaces.Control), workspaces.Audit, workspaces.Changes, clock));
        var rest = Permissions.OfWorkspaces.Without(PermissionSet.Of(permission)).Select(each => each.Name).ToArray();
        var alone = roles.Create(Principal.Operator, workspace, "alone", [name], rest);
        var without = roles.Create(Principal.Operator, workspace, "without", [], [name]);
        var (first, second) = (Add(Role.Viewer), Add(Role.Admin));
        memberships.ChangeRole(Principal.Operator, workspace, first, Role.Viewer, [alone.Id]);
        memberships.ChangeRole(Principal.Operator, workspace, second, Role.Admin, [without.Id]);

        Assert.Equal(PermissionSet.Of(permission), policy.PermissionsOf(Principal.Person(first), workspace));
        Assert.Equal(Roles.PermissionsOf(Role.Admin).Without(PermissionSet.Of(permission)), policy.PermissionsOf(Principal.Person(second), workspace));
    }

    [Fact]
    [Trait("claim", "C13")]
    public void ATokenMayDoWhatItsScopesAndItsMakerMay_InItsWorkspaceOnly()
    {
        var maker = Add(Role.Viewer);
        var ceiling = PermissionSet.Of(Permissions.QueryRun, Permissions.MembersRead);
        var token = Principal.Token("t", workspace, ceiling, maker);
        var ofOperator = Principal.Token("t", workspace, ceiling, createdBy: null);
        foreach (var permission in Permissions.All)
        {
            Assert.Equal(ceiling.Contains(permission), policy.May(ofOperator, permission, workspace).IsAllowed);
            Assert.Equal(permission == Permissions.QueryRun, policy.May(token, permission, workspace).IsAllowed);
            Assert.Equal(Verdict.Forbidden, policy.May(ofOperator, permission, other).Verdict);
            Assert.Equal(Verdict.Forbidden, policy.May(ofOperator, permission, null).Verdict);
        }

        memberships.Suspend(Principal.Operator, workspace, maker);
        Assert.Equal(Verdict.Suspended, policy.May(token, Permissions.QueryRun, workspace).Verdict);
        memberships.Remove(Principal.Operator, workspace, maker);
        Assert.Equal(Verdict.NotFound, policy.May(token, Permissions.QueryRun, workspace).Verdict);
    }

    [Fact]
    [Trait("claim", "B25")]
    public void ASuspendedPersonMayNothingAnywhere_AndASuspendedMemberNothingHere()
    {
        var person = Add(Role.Owner, email: "both@example.com");
        Join(other, person, Role.Owner);
        Add(Role.Owner);
        memberships.Suspend(Principal.Operator, workspace, person);
        Assert.Equal(Verdict.Suspended, policy.May(Principal.Person(person), Permissions.QueryRun, workspace).Verdict);
        Assert.Equal(Verdict.Allowed, policy.May(Principal.Person(person), Permissions.QueryRun, other).Verdict);
        Assert.False(policy.IsActive(person, workspace));

        memberships.Unsuspend(Principal.Operator, workspace, person);
        Assert.True(policy.IsActive(person, workspace));
        Execute("UPDATE person SET suspended_at = 1 WHERE id = @person", ("@person", person));
        workspaces.Changes.Changed();

        Assert.Equal(Verdict.Suspended, policy.May(Principal.Person(person), Permissions.QueryRun, other).Verdict);
        Assert.False(policy.IsActive(person));
        Assert.Equal(Verdict.Suspended, policy.May(Principal.Person("nobody"), Permissions.QueryRun, workspace).Verdict);
    }

    [Fact]
    [Trait("claim", "B26")]
    public void ASupportGrantReadsUntilItEnds_AndEndsByItself()
    {
        var support = new SupportGrants(new SupportStore(workspaces.Control), workspaces.Audit, workspaces.Changes, clock);
        var admin = workspaces.AddPerson("admin@example.com", isSuperAdmin: true);
        var grant = support.Create(admin, workspace, "Ticket 4711: totals differ", SupportGrants.MaxDuration);
        foreach (var permission in Permissions.OfWorkspaces)
        {
            var decision = policy.May(Principal.Person(admin), permission, workspace);
            Assert.Equal(Permissions.UnderSupport.Contains(permission) ? new Decision(Verdict.Allowed, grant.Id) : Decision.Forbidden, decision);
            Assert.Equal(Decision.NotFound, policy.May(Principal.Person(admin), permission, other));
        }

        clock.Advance(SupportGrants.MaxDuration - TimeSpan.FromSeconds(1));
        Assert.True(policy.May(Principal.Person(admin), Permissions.QueryRun, workspace).IsAllowed);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Decision.NotFound, policy.May(Principal.Person(admin), Permissions.QueryRun, workspace));
    }

    [Theory]
    [Trait("claim", "B26")]
    [InlineData("UPDATE person SET system_role = 'user' WHERE id = @person")]
    [InlineData("UPDATE person SET suspended_at = 1 WHERE id = @person")]
    [InlineData("UPDATE support_grant SET ended_at = 1 WHERE person_id = @person")]
    [InlineData("DELETE FROM support_grant WHERE person_id = @person")]
    public void ASupportGrantIsWorthNothingToOneWhoIsNoLongerAnOperator(string change)
    {
        var support = new SupportGrants(new SupportStore(workspaces.Control), workspaces.Audit, workspaces.Changes, clock);
        var admin = workspaces.AddPerson("admin@example.com", isSuperAdmin: true);
        support.Create(admin, workspace, "Ticket 4711: totals differ", TimeSpan.FromHours(1));
        Assert.True(policy.May(Principal.Person(admin), Permissions.QueryRun, workspace).IsAllowed);

        Execute(change, ("@person", admin));
        clock.Advance(ChangeCounter.MaxAge);

        Assert.False(policy.May(Principal.Person(admin), Permissions.QueryRun, workspace).IsAllowed);
    }

    [Fact]
    [Trait("claim", "B25")]
    public void AChangeByAnotherProcessIsFeltWithinASecond()
    {
        var person = Principal.Person(Add(Role.Member));
        Assert.True(policy.May(person, Permissions.QueryRun, workspace).IsAllowed);

        // Another process has its own counter object; ours hears of it only through the database.
        using var control = ControlDatabase.Open(workspaces.Folder, workspaces.Master);
        new Memberships(new MembershipStore(control), workspaces.Audit, new ChangeCounter(control, clock), clock).Suspend(Principal.Operator, workspace, person.PersonId!);
        Assert.True(policy.May(person, Permissions.QueryRun, workspace).IsAllowed);
        clock.Advance(ChangeCounter.MaxAge);

        Assert.Equal(Verdict.Suspended, policy.May(person, Permissions.QueryRun, workspace).Verdict);
    }

    [Theory]
    [InlineData("DELETE FROM membership WHERE person_id = @person")]
    [InlineData("UPDATE membership SET suspended_at = 1 WHERE person_id = @person")]
    [InlineData("UPDATE person SET suspended_at = 1 WHERE id = @person")]
    [InlineData("UPDATE custom_role SET denials = 'query.run'")]
    [InlineData("UPDATE workspace SET deleted_at = 1")]
    public void EveryWayToLoseAuthorityMovesTheCounter(string change)
    {
        var person = Add(Role.Member);
        var role = new RoleBook(new CustomRoleStore(workspaces.Control), workspaces.Audit, workspaces.Changes, clock).Create(Principal.Operator, workspace, "x", ["audit.read"], []);
        memberships.ChangeRole(Principal.Operator, workspace, person, Role.Member, [role.Id]);
        Assert.True(policy.May(Principal.Person(person), Permissions.QueryRun, workspace).IsAllowed);

        Execute(change, ("@person", person));
        clock.Advance(ChangeCounter.MaxAge);

        Assert.False(policy.May(Principal.Person(person), Permissions.QueryRun, workspace).IsAllowed);
    }

    private void Execute(string sql, params (string, object?)[] parameters)
    {
        using var connection = workspaces.Control.Open();
        connection.Execute(sql, parameters);
    }

    private string Add(Role role, string? email = null)
    {
        var person = workspaces.AddPerson(email ?? Guid.CreateVersion7(clock.GetUtcNow()) + "@example.com");
        Join(workspace, person, role);
        return person;
    }

    private void Join(WorkspaceId place, string person, Role role)
    {
        using var connection = workspaces.Control.Open();
        Assert.True(MembershipStore.Add(connection, place, person, role, clock.GetUtcNow()));
        workspaces.Changes.Changed();
    }
}
