using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>Changing members: who may touch whom, and that an owner always remains.</summary>
public sealed class MembershipsTests : IAsyncLifetime
{
    private const int Racers = 50;
    private AccessHouse house = null!;

    public async ValueTask InitializeAsync() => house = await AccessHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    public static TheoryData<string> WaysToStopBeingOwner => ["demote", "suspend", "remove", "leave"];

    [Theory]
    [MemberData(nameof(WaysToStopBeingOwner))]
    [Trait("claim", "B20")]
    public void TheLastOwnerStays(string way)
    {
        var owner = house.Person(house.Workspace, Role.Owner);
        house.Person(house.Workspace, Role.Admin);
        var suspended = house.Person(house.Workspace, Role.Owner);
        house.Memberships.Suspend(Principal.Operator, house.Workspace, suspended);
        var gone = house.Person(house.Workspace, Role.Owner);
        Execute("UPDATE person SET suspended_at = 1 WHERE id = @person", gone);

        Assert.Equal(ProblemCodes.LastOwner, Refused(() => Stop(way, Principal.Person(owner), owner)));
        Assert.Equal(ProblemCodes.LastOwner, Refused(() => Stop(way == "leave" ? "remove" : way, Principal.Operator, owner)));
        Assert.Equal(Role.Owner, Find(owner)!.Role);

        house.Memberships.Unsuspend(Principal.Operator, house.Workspace, suspended);
        Stop(way, Principal.Person(owner), owner);
    }

    [Theory]
    [MemberData(nameof(WaysToStopBeingOwner))]
    [Trait("claim", "B20")]
    public async Task OfTwoOwnersWhoBothGo_FiftyTimesAtOnce_OneRemains(string way)
    {
        string[] owners = [house.Person(house.Workspace, Role.Owner), house.Person(house.Workspace, Role.Owner)];
        var start = new TaskCompletionSource();
        var racers = Enumerable.Range(0, Racers).Select(i => Task.Run(async () =>
        {
            await start.Task;
            var self = owners[i % 2];
            return Outcome(() => Stop(way, Principal.Person(self), self));
        })).ToArray();
        start.SetResult();
        var outcomes = await Task.WhenAll(racers);

        Assert.Equal("1", house.Dump("SELECT count(*) FROM active_owner WHERE workspace_id = @w", ("@w", house.Workspace.ToString())));
        Assert.Contains("ok", outcomes);
        Assert.Contains("last_owner", outcomes);
    }

    [Fact]
    [Trait("claim", "B20")]
    public async Task TwoOwnersWhoDemoteEachOtherAtOnce_DoNotBothSucceed()
    {
        string[] owners = [house.Person(house.Workspace, Role.Owner), house.Person(house.Workspace, Role.Owner)];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Racers).Select(i => Task.Run(() =>
            Outcome(() => Stop("demote", Principal.Person(owners[i % 2]), owners[1 - (i % 2)])))));

        Assert.Equal("1", house.Dump("SELECT count(*) FROM active_owner WHERE workspace_id = @w", ("@w", house.Workspace.ToString())));
        Assert.Contains("forbidden", outcomes);
    }

    [Theory]
    [Trait("claim", "B20")]
    [InlineData("admin", "owner", "viewer", false)]
    [InlineData("admin", "member", "owner", false)]
    [InlineData("admin", "admin", "viewer", true)]
    [InlineData("admin", "member", "admin", true)]
    [InlineData("owner", "admin", "owner", true)]
    [InlineData("member", "viewer", "member", false)]
    public void NobodyGivesOrTakesWhatTheyDoNotHold(string actor, string before, string after, bool isAllowed)
    {
        house.Person(house.Workspace, Role.Owner);
        var (by, member) = (house.Person(house.Workspace, Roles.Parse(actor)), house.Person(house.Workspace, Roles.Parse(before)));

        Assert.Equal(isAllowed ? "ok" : "forbidden", Outcome(() => house.Memberships.ChangeRole(Principal.Person(by), house.Workspace, member, Roles.Parse(after), [])));
        Assert.Equal(Roles.Parse(isAllowed ? after : before), Find(member)!.Role);
    }

    [Fact]
    public void NobodyLiftsThemselves()
    {
        house.Person(house.Workspace, Role.Owner);
        var admin = house.Person(house.Workspace, Role.Admin);
        var muzzle = house.Roles.Create(Principal.Operator, house.Workspace, "No audit", [], ["audit.read"]);
        house.Memberships.ChangeRole(Principal.Operator, house.Workspace, admin, Role.Admin, [muzzle.Id]);

        Assert.Equal("forbidden", Outcome(() => house.Memberships.ChangeRole(Principal.Person(admin), house.Workspace, admin, Role.Owner, [])));
        Assert.Equal("forbidden", Outcome(() => house.Memberships.ChangeRole(Principal.Person(admin), house.Workspace, admin, Role.Admin, [])));
        Assert.Equal("forbidden", Outcome(() => house.Roles.Create(Principal.Person(admin), house.Workspace, "Audit", ["audit.read"], [])));
        Assert.Equal("in_use", Outcome(() => house.Roles.Delete(Principal.Person(admin), house.Workspace, muzzle.Id)));
    }

    [Fact]
    public void CustomRolesAreBounded_AndStayInTheirWorkspace()
    {
        var owner = house.Person(house.Workspace, Role.Owner);
        var member = house.Person(house.Workspace, Role.Member);
        var other = house.Server.Workspaces.Create("Other");
        var foreign = house.Roles.Create(Principal.Operator, other, "Foreign", ["audit.read"], []);
        var ids = Enumerable.Range(0, Memberships.MaxCustomRoles + 1).Select(i => house.Roles.Create(Principal.Operator, house.Workspace, $"r{i}", ["audit.read"], []).Id).ToArray();

        house.Memberships.ChangeRole(Principal.Operator, house.Workspace, member, Role.Member, ids[1..]);
        Assert.Equal("invalid_argument", Outcome(() => house.Memberships.ChangeRole(Principal.Operator, house.Workspace, member, Role.Member, ids)));
        Assert.Equal("invalid_argument", Outcome(() => house.Memberships.ChangeRole(Principal.Operator, house.Workspace, owner, Role.Owner, ids[..1])));
        Assert.Equal("not_found", Outcome(() => house.Memberships.ChangeRole(Principal.Operator, house.Workspace, member, Role.Member, [foreign.Id])));
        Assert.Equal(ids[1..].Order(), Find(member)!.CustomRoles.Order());
    }

    [Theory]
    [Trait("claim", "B23")]
    [InlineData("", "audit.read", "invalid_argument")]
    [InlineData("a\nb", "audit.read", "invalid_argument")]
    [InlineData("Owner", "audit.read", "invalid_argument")]
    [InlineData("x", "audit.fly", "invalid_argument")]
    [InlineData("x", "system.users", "invalid_argument")]
    [InlineData("taken", "audit.read", "already_exists")]
    [InlineData("TAKEN", "audit.read", "already_exists")]
    [InlineData("x", "audit.read", "ok")]
    public void ACustomRoleIsChecked(string name, string grant, string outcome)
    {
        house.Roles.Create(Principal.Operator, house.Workspace, "Taken", ["audit.read"], []);

        Assert.Equal(outcome, Outcome(() => house.Roles.Create(Principal.Operator, house.Workspace, name, [grant], [])));
        Assert.Equal("invalid_argument", Outcome(() => house.Roles.Create(Principal.Operator, house.Workspace, "empty", [], [])));
        Assert.Equal("invalid_argument", Outcome(() => house.Roles.Create(Principal.Operator, house.Workspace, new string('n', 61), ["audit.read"], [])));
    }

    [Fact]
    public void AWorkspaceHasOnlySoManyRoles()
    {
        for (var i = 0; i < Features.Access.CustomRoles.RoleBook.MaxRoles; i++)
        {
            house.Roles.Create(Principal.Operator, house.Workspace, $"role {i}", ["audit.read"], []);
        }

        Assert.Equal("already_exists", Outcome(() => house.Roles.Create(Principal.Operator, house.Workspace, "one more", ["audit.read"], [])));
    }

    [Fact]
    [Trait("claim", "B25")]
    public void WhoIsRemovedLosesTheirTokensAndInvitationsForGood()
    {
        house.Person(house.Workspace, Role.Owner);
        var member = house.Person(house.Workspace, Role.Admin);
        var token = house.Token(house.Workspace, member);
        var invited = house.Person(email: "new@example.com");
        var invitation = house.Invitations.Create(Principal.Person(member), house.Workspace, "new@example.com", Role.Viewer);
        Assert.NotNull(house.Server.Get<Features.Tokens.TokenCheck>().Find(token));

        house.Memberships.Remove(Principal.Operator, house.Workspace, member);
        house.Join(house.Workspace, member, Role.Admin);

        Assert.Null(house.Server.Get<Features.Tokens.TokenCheck>().Find(token));
        Assert.Equal("not_found", Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
    }

    [Fact]
    public void MembersAreAddedByTheirAddress_Once()
    {
        var person = house.Person(email: "Asha@Example.com");

        Assert.Equal(person, house.Memberships.Add(Principal.Operator, house.Workspace, " asha@example.COM ", Role.Owner).Person);
        Assert.Equal("already_exists", Outcome(() => house.Memberships.Add(Principal.Operator, house.Workspace, "asha@example.com", Role.Viewer)));
        Assert.Equal("not_found", Outcome(() => house.Memberships.Add(Principal.Operator, house.Workspace, "nobody@example.com", Role.Viewer)));
        Assert.Equal("not_found", Outcome(() => house.Memberships.Suspend(Principal.Operator, house.Workspace, "nobody")));
        Assert.Equal(Role.Owner, Find(person)!.Role);
    }

    private void Stop(string way, Principal actor, string owner)
    {
        switch (way)
        {
            case "demote":
                house.Memberships.ChangeRole(actor, house.Workspace, owner, Role.Admin, []);
                break;
            case "suspend":
                house.Memberships.Suspend(actor, house.Workspace, owner);
                break;
            case "remove":
                house.Memberships.Remove(actor, house.Workspace, owner);
                break;
            default:
                house.Memberships.Leave(actor, house.Workspace);
                break;
        }
    }

    private Member? Find(string person)
    {
        using var connection = house.Control.Open();
        return MembershipStore.Find(connection, house.Workspace, person);
    }

    private void Execute(string sql, string person)
    {
        using var connection = house.Control.Open();
        connection.Execute(sql, ("@person", person));
        house.Server.Workspaces.Changes.Changed();
    }

    private static string Outcome(Action act)
    {
        try
        {
            act();
            return "ok";
        }
        catch (ProblemException problem)
        {
            return problem.Code.Code;
        }
    }

    private static ProblemCode Refused(Action act) => Assert.Throws<ProblemException>(act).Code;
}
