using System.Net;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>An operator's way to rows: asked for with a reason, seen by the owner, over by itself, signed off by somebody else.</summary>
public sealed class SupportGrantTests : IAsyncLifetime
{
    private const string Reason = "Ticket 4711: totals differ";
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private AccessHouse house = null!;
    private string admin = null!;
    private string owner = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync(clock);
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Workspace, TestContext.Current.CancellationToken);
        admin = house.Person(isSuperAdmin: true);
        owner = house.Person(house.Workspace, Role.Owner);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B26")]
    public async Task ASuperAdminReadsRowsOnlyUnderAGrant_AndTheOwnerSeesEachRead()
    {
        Assert.Equal(HttpStatusCode.NotFound, await ReadRowsAsync());
        using var made = await house.SendAsync(admin, HttpMethod.Post, "/api/v1/admin/support-grants", new { workspace = house.Workspace.ToString(), reason = Reason, minutes = 60 });
        var grant = (await AccessHouse.JsonOf(made)).GetProperty("id").GetString()!;

        Assert.Equal(HttpStatusCode.OK, await ReadRowsAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, HttpMethod.Get, "/members"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(admin, HttpMethod.Post, $"/members/{owner}/suspend"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(admin, HttpMethod.Post, "/leave"));
        using var reads = await house.GetAsync(owner, house.In($"/support-grants/{grant}/reads"));
        Assert.Equal(
            ["POST /api/v1/workspaces/{workspace}/query", "read parties.name", "GET /api/v1/workspaces/{workspace}/members"],
            (await AccessHouse.JsonOf(reads)).GetProperty("items").EnumerateArray().Select(read => read.GetProperty("what").GetString()));
        using var list = await house.GetAsync(owner, house.In("/support-grants"));
        var seen = Assert.Single((await AccessHouse.JsonOf(list)).GetProperty("items").EnumerateArray());
        Assert.Equal((Reason, "open", admin), (seen.GetProperty("reason").GetString(), seen.GetProperty("state").GetString(), seen.GetProperty("person").GetString()));

        clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(HttpStatusCode.NotFound, await ReadRowsAsync());
    }

    [Fact]
    [Trait("claim", "B26")]
    public async Task TheOwnerEndsItEarly_AndItIsSignedOffOnceBySomebodyElse()
    {
        var grant = house.Support.Create(admin, house.Workspace, Reason, TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, await ReadRowsAsync());
        Assert.Equal("in_use", Outcome(() => house.Support.Review(Principal.Person(owner), house.Workspace, grant.Id, "Looked at the reads")));

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(owner, HttpMethod.Post, $"/support-grants/{grant.Id}/end"));
        Assert.Equal(HttpStatusCode.NotFound, await ReadRowsAsync());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(owner, HttpMethod.Post, $"/support-grants/{grant.Id}/end"));
        house.Join(house.Workspace, admin, Role.Owner);
        Assert.Equal("in_use", Outcome(() => house.Support.Review(Principal.Person(admin), house.Workspace, grant.Id, "Looked at the reads")));
        Assert.Equal("ok", Outcome(() => house.Support.Review(Principal.Person(owner), house.Workspace, grant.Id, "Looked at the reads")));
        Assert.Equal("in_use", Outcome(() => house.Support.Review(Principal.Operator, house.Workspace, grant.Id, "Looked at the reads")));
        Assert.Equal("reviewed", Assert.Single(house.Support.List(house.Workspace, null, 10)).StateAt(clock.GetUtcNow()));
    }

    [Theory]
    [Trait("claim", "B26")]
    [InlineData(SupportGrants.MinReasonLength, 240, "ok")]
    [InlineData(SupportGrants.MaxReasonLength, 1, "ok")]
    [InlineData(SupportGrants.MinReasonLength - 1, 240, "invalid_argument")]
    [InlineData(SupportGrants.MaxReasonLength + 1, 240, "invalid_argument")]
    [InlineData(SupportGrants.MinReasonLength, 241, "invalid_argument")]
    [InlineData(SupportGrants.MinReasonLength, 0, "invalid_argument")]
    public void ReasonAndTimeAreBounded(int reasonLength, int minutes, string outcome) =>
        Assert.Equal(outcome, Outcome(() => house.Support.Create(admin, house.Workspace, new string('r', reasonLength), TimeSpan.FromMinutes(minutes))));

    [Fact]
    [Trait("claim", "B26")]
    public async Task OnlyASuperAdminWhoIsNoMemberGetsOne()
    {
        var user = house.Person();
        var member = house.Person(house.Workspace, Role.Viewer, isSuperAdmin: true);
        using var refused = await house.SendAsync(user, HttpMethod.Post, "/api/v1/admin/support-grants", new { workspace = house.Workspace.ToString(), reason = Reason, minutes = 60 });

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("not_found", Outcome(() => house.Support.Create(user, house.Workspace, Reason, TimeSpan.FromHours(1))));
        Assert.Equal("not_found", Outcome(() => house.Support.Create(member, house.Workspace, Reason, TimeSpan.FromHours(1))));
        Assert.Equal("not_found", Outcome(() => house.Support.Create(admin, WorkspaceId.New(clock.GetUtcNow()), Reason, TimeSpan.FromHours(1))));
        house.Support.Create(admin, house.Workspace, Reason, TimeSpan.FromHours(4));
        Assert.ThrowsAny<Exception>(() => house.Dump("UPDATE support_grant SET expires_at = created_at + 14401"));
    }

    [Fact]
    public void AGrantIsKnownInItsWorkspaceOnly()
    {
        var other = house.Server.Workspaces.Create("Other");
        house.Join(other, owner, Role.Owner);
        var grant = house.Support.Create(admin, house.Workspace, Reason, TimeSpan.FromHours(1));
        house.Support.RecordRead(grant.Id, house.Workspace, new string('w', 5_000));

        Assert.Equal("not_found", Outcome(() => house.Support.End(Principal.Person(owner), other, grant.Id)));
        Assert.Empty(house.Support.Reads(other, grant.Id, 0, 10));
        Assert.Empty(house.Support.List(other, null, 10));
        Assert.Equal(1_000, Assert.Single(house.Support.Reads(house.Workspace, grant.Id, 0, 10)).What.Length);
    }

    private async Task<HttpStatusCode> ReadRowsAsync()
    {
        using var response = await house.SendAsync(admin, HttpMethod.Post, house.In("/query"), new { sql = "SELECT name FROM parties" });
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(response.IsSuccessStatusCode, body.Contains("Sons", StringComparison.Ordinal));
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(string person, HttpMethod method, string path)
    {
        using var response = await house.SendAsync(person, method, house.In(path));
        return response.StatusCode;
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
}
