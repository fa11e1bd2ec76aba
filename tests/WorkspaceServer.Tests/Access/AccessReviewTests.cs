using System.Net;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>The report of who may do what, its sign-off, and when the next one is due.</summary>
public sealed class AccessReviewTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private AccessHouse house = null!;
    private string owner = null!;

    private AccessReviews Reviews => house.Server.Get<AccessReviews>();

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync(clock);
        owner = house.Person(house.Workspace, Role.Owner, email: "owner@example.com");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "C16")]
    public async Task TheReportNamesRolesPermissionsTokensAndLastUse()
    {
        // Ids are in the order of time.
        clock.Advance(TimeSpan.FromSeconds(1));
        var member = house.Person(house.Workspace, Role.Member, email: "=cmd@example.com");
        clock.Advance(TimeSpan.FromSeconds(1));
        var role = house.Roles.Create(Principal.Operator, house.Workspace, "Auditor, \"strict\"", ["audit.read"], ["query.run"]);
        house.Memberships.ChangeRole(Principal.Operator, house.Workspace, member, Role.Member, [role.Id]);
        var token = house.Token(house.Workspace, member);
        house.Token(house.Workspace);
        house.Memberships.Suspend(Principal.Operator, house.Workspace, house.Person(house.Workspace, Role.Admin, email: "z@example.com"));
        using (await house.GetAsync(owner, house.In("/members")))
        using (await house.Server.SendAsync(HttpMethod.Post, "/mcp", token, null))
        {
            // Both uses are noted by the day.
        }

        var report = Reviews.Report(house.Workspace);
        var (ofOwner, ofMember) = (report.Members.Single(each => each.Person == owner), report.Members.Single(each => each.Person == member));

        Assert.Equal(("owner", Roles.PermissionsOf(Role.Owner).Count()), (ofOwner.Role, ofOwner.Permissions.Count));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), ofOwner.LastUsed);
        Assert.Equal(["Auditor, \"strict\""], ofMember.CustomRoles);
        Assert.Contains("audit.read", ofMember.Permissions);
        Assert.DoesNotContain("query.run", ofMember.Permissions);
        Assert.Null(ofMember.LastUsed);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), Assert.Single(ofMember.Tokens).LastUsed);
        Assert.Null(Assert.Single(report.OtherTokens).CreatedBy);

        using var csv = await house.GetAsync(owner, house.In("/access-review.csv"));
        var lines = (await csv.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd().Split("\r\n");
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Equal("email,name,role,custom_roles,permissions,state,second_factor,last_used,tokens,ai_clients", lines[0]);
        Assert.StartsWith("owner@example.com,Somebody,owner,,workspace.read ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("'=cmd@example.com,Somebody,member,\"Auditor, \"\"strict\"\"\",", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",active,none,,test,", lines[2], StringComparison.Ordinal);
        Assert.Contains(",suspended,none,,", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("(operator),test,token,", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "C16")]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task ASignOffIsKept_AndIsDueEvery90Days(int secondsAfter, bool isDue)
    {
        Assert.False(Reviews.Report(house.Workspace).IsDue);
        clock.Advance(AccessReviews.Interval);
        Assert.True(Reviews.Report(house.Workspace).IsDue);
        using var signed = await house.SendAsync(owner, HttpMethod.Post, house.In("/access-review/sign-offs"), new { note = "As it should be" });
        Assert.Equal(HttpStatusCode.Created, signed.StatusCode);

        clock.Advance(AccessReviews.Interval + TimeSpan.FromSeconds(secondsAfter));

        Assert.Equal(isDue, Reviews.Report(house.Workspace).IsDue);
        using var list = await house.GetAsync(owner, house.In("/access-review/sign-offs"));
        var signOff = Assert.Single((await AccessHouse.JsonOf(list)).GetProperty("items").EnumerateArray());
        Assert.Equal((owner, "As it should be"), (signOff.GetProperty("signed_by").GetString(), signOff.GetProperty("note").GetString()));
        Assert.Contains("owner@example.com", house.Dump("SELECT report FROM access_review"), StringComparison.Ordinal);
    }

    [Fact]
    public void ANoteIsBounded()
    {
        Assert.NotNull(Reviews.Sign(Principal.Operator, house.Workspace, new string('n', AccessReviews.MaxNoteLength)));
        Assert.Throws<ProblemException>(() => Reviews.Sign(Principal.Operator, house.Workspace, new string('n', AccessReviews.MaxNoteLength + 1)));
        Assert.Throws<ProblemException>(() => Reviews.Sign(Principal.Operator, house.Workspace, "a\nb"));
        Assert.Throws<ProblemException>(() => Reviews.Report(Vault.WorkspaceId.New(clock.GetUtcNow())));
    }
}
