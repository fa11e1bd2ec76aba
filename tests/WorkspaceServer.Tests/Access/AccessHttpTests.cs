using System.Net;
using System.Text;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>The JSON interface over HTTP: which workspace a request means, what it takes, and what it answers.</summary>
public sealed class AccessHttpTests : IAsyncLifetime
{
    private AccessHouse house = null!;
    private string owner = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync();
        owner = house.Person(house.Workspace, Role.Owner, email: "owner@example.com");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B21")]
    public async Task HeaderAndPathMustAgree()
    {
        var other = house.Server.Workspaces.Create("Other");
        house.Join(other, owner, Role.Owner);

        Assert.Equal((HttpStatusCode.OK, ""), await MembersAsync(owner, house.Workspace.ToString()));
        Assert.Equal((HttpStatusCode.BadRequest, "bad_request"), await MembersAsync(owner, other.ToString()));
        Assert.Equal((HttpStatusCode.BadRequest, "bad_request"), await MembersAsync(owner, WorkspaceId.New(DateTimeOffset.UnixEpoch).ToString()));
        Assert.Equal((HttpStatusCode.BadRequest, "bad_request"), await MembersAsync(owner, "x"));
        Assert.Equal((HttpStatusCode.BadRequest, "bad_request"), await MembersAsync(owner, house.Workspace.ToString(), other.ToString()));
    }

    [Fact]
    [Trait("claim", "B21")]
    [Trait("claim", "C22")]
    public async Task ATokenWorksInItsOwnWorkspaceOnly()
    {
        var (token, other) = (house.Token(house.Workspace), house.Server.Workspaces.Create("Other"));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(token, (Features.Access.Http.AuthorityHandler.WorkspaceHeader, house.Workspace.ToString())));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(token, (Features.Access.Http.AuthorityHandler.WorkspaceHeader, other.ToString())));
        foreach (var workspace in new[] { house.Workspace, other })
        {
            using var response = await house.Server.SendAsync(HttpMethod.Get, house.In("/members", workspace), token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("""{"email":"a@example.com","role":"owner","admin":true}""")]
    [InlineData("""{"email":"a@example.com","Role":"owner"}""")]
    [InlineData("""{"email":"a@example.com","role":"owner","role":"viewer"}""")]
    [InlineData("""{"email":"a@example.com"}""")]
    [InlineData("""{"email":null,"role":"viewer"}""")]
    [InlineData("""{"email":"a@example.com","role":3}""")]
    [InlineData("""{"email":"a@example.com","role":"god"}""")]
    [InlineData("""{"email":"a@example.com","role":"viewer "}""")]
    [InlineData("""{"email":"a@example.com","role":"Viewer"}""")]
    [InlineData("""{"email":"a@example.com","role":"viewer,member"}""")]
    [InlineData("""{"email":"a example.com","role":"viewer"}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{""")]
    [InlineData("")]
    public async Task ABodyIsTakenExactlyOrNotAtAll(string body)
    {
        using var response = await house.SendAsync(owner, HttpMethod.Post, house.In("/invitations"), new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("", house.Dump("SELECT id FROM invitation"));
    }

    [Fact]
    public async Task ListsComeInPages()
    {
        var all = Enumerable.Range(0, 6).Select(_ => house.Person(house.Workspace)).Append(owner).Order(StringComparer.Ordinal).ToArray();
        var seen = new List<string>();
        string? next = "";
        while (next is not null)
        {
            using var response = await house.GetAsync(owner, house.In($"/members?limit=3{(next.Length > 0 ? "&after=" + next : "")}"));
            var page = await AccessHouse.JsonOf(response);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("person").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(all, seen);
        foreach (var query in new[] { "?limit=0", "?limit=201", "?limit=x", "?after=" + new string('a', 65) })
        {
            using var response = await house.GetAsync(owner, house.In("/members" + query));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Fact]
    [Trait("claim", "B25")]
    public async Task AMemberIsChangedSuspendedAndRemovedOverHttp()
    {
        var member = house.Person(house.Workspace);
        using var role = await house.SendAsync(owner, HttpMethod.Post, house.In("/roles"), new { name = "Auditor", grants = new[] { "audit.read" }, denials = new[] { "query.run" } });
        var roleId = (await AccessHouse.JsonOf(role)).GetProperty("id").GetString()!;
        using var changed = await house.SendAsync(owner, HttpMethod.Put, house.In($"/members/{member}/role"), new { role = "member", custom_roles = new[] { roleId } });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Contains("audit.read", await OwnAccessAsync(member), StringComparison.Ordinal);
        Assert.DoesNotContain("query.run", await OwnAccessAsync(member), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(owner, HttpMethod.Delete, $"/roles/{roleId}"));

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(owner, HttpMethod.Post, $"/members/{member}/suspend"));
        Assert.Equal((HttpStatusCode.Forbidden, "suspended"), await MembersAsync(member));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(owner, HttpMethod.Post, $"/members/{member}/unsuspend"));
        Assert.Equal((HttpStatusCode.OK, ""), await MembersAsync(member));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(owner, HttpMethod.Delete, $"/members/{member}"));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), await MembersAsync(member));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(owner, HttpMethod.Delete, $"/roles/{roleId}"));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(owner, HttpMethod.Post, "/leave"));
    }

    [Fact]
    public async Task WorkspacesListsOnesOwn()
    {
        house.Server.Workspaces.Create("Other");
        using var response = await house.GetAsync(owner, "/api/v1/workspaces");
        var item = Assert.Single((await AccessHouse.JsonOf(response)).GetProperty("items").EnumerateArray());

        Assert.Equal(house.Workspace.ToString(), item.GetProperty("id").GetString());
        Assert.Equal("owner", item.GetProperty("role").GetString());
    }

    [Theory]
    [Trait("claim", "C13")]
    [InlineData("query.run", "execute_sql", """{"sql":"SELECT 1"}""")]
    [InlineData("tables.read", "list_tables", "{}")]
    [InlineData("rows.search", "search", """{"query":"copper"}""")]
    [InlineData("rows.read", "fetch", """{"id":"parties/P1"}""")]
    public async Task AToolAsksTheSamePolicyAsTheJsonInterface(string permission, string tool, string arguments)
    {
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Workspace, Cancel);
        var all = Roles.PermissionsOf(Role.Viewer);
        var member = house.PersonWith(house.Workspace, all.Without(PermissionSet.Of(Permissions.Get(permission))));
        await using var limited = await McpClients.ConnectAsync(house.Server, house.Token(house.Workspace, member), Cancel);
        await using var full = await McpClients.ConnectAsync(house.Server, house.Token(house.Workspace, owner), Cancel);
        var refused = await limited.CallAsync(tool, arguments, Cancel);

        Assert.StartsWith("forbidden: This needs the permission " + permission, refused.Text(), StringComparison.Ordinal);
        Assert.NotEqual(true, (await full.CallAsync(tool, arguments, Cancel)).IsError);
        Assert.DoesNotContain(await limited.ListToolsAsync(cancellationToken: Cancel), each => each.Name == tool);
        Assert.Equal(permission == "tables.read", (await limited.ListResourcesAsync(cancellationToken: Cancel)).Count == 0);
        if (permission == "query.run")
        {
            using var response = await house.SendAsync(member, HttpMethod.Post, house.In("/query"), new { sql = "SELECT 1" });
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    private async Task<string> OwnAccessAsync(string person)
    {
        using var response = await house.GetAsync(person, house.In(""));
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    private async Task<HttpStatusCode> StatusAsync(string person, HttpMethod method, string path)
    {
        using var response = await house.SendAsync(person, method, house.In(path));
        return response.StatusCode;
    }

    private async Task<(HttpStatusCode Status, string Code)> MembersAsync(string person, params string[] headers)
    {
        using var response = await house.SendAsync(
            person, HttpMethod.Get, house.In("/members"), null, [.. headers.Select(value => (Features.Access.Http.AuthorityHandler.WorkspaceHeader, value))]);
        return (response.StatusCode, response.IsSuccessStatusCode ? "" : await AccessHouse.CodeOf(response));
    }

    private async Task<HttpStatusCode> AskAsync(string token, params (string, string)[] headers)
    {
        using var response = await house.Server.SendAsync(
            HttpMethod.Post, "/mcp", token, new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), [.. McpCalls.Accept, .. headers]);
        return response.StatusCode;
    }
}
