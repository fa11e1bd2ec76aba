using System.Net;
using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>What owners see of connected clients, and how quickly they end them.</summary>
public sealed class OAuthConnectedTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>
{
    private readonly OAuthHouse house = fixture.House;

    private GrantBook Book => house.Server.Get<GrantBook>();

    private WorkspaceId Workspace => house.Server.Workspace;

    [Fact]
    [Trait("claim", "C30")]
    public async Task TheListSaysWhoIsConnectedAndWhatItTook()
    {
        var connected = await house.ConnectAsync("tables:read search");
        var listed = Single(connected);
        var page = await house.Browser.GetAsync($"/w/{Workspace}/clients");
        var one = await house.Browser.GetAsync($"/w/{Workspace}/clients/{listed.Grant.Id}");

        Assert.Equal(("Claude", null, "asha@example.in"), (listed.ClientName, listed.VerifiedHost, listed.PersonEmail));
        Assert.Equal(["tables:read", "search"], listed.Grant.Scopes);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.Status, one.Status));
        Assert.Contains($"/w/{Workspace}/clients/{listed.Grant.Id}/pause", page.Body, StringComparison.Ordinal);
        Assert.Contains("not verified", page.Body, StringComparison.Ordinal);
        Assert.Contains("Let it do less", one.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("wsp_o", page.Body + one.Body, StringComparison.Ordinal);
    }

    /// <summary>A member's page names the AI clients that this member let in, for who may see clients, and nobody else's.</summary>
    [Fact]
    [Trait("claim", "C30")]
    public async Task AMembersPageNamesTheirClients()
    {
        await using var own = await OAuthHouse.StartAsync();
        var workspace = own.Server.Workspace;
        await own.ConnectAsync("tables:read search");
        var grant = own.Server.Get<GrantBook>().List(workspace, null, 10).Single().Grant;
        var ravi = await own.Accounts.AddAsync("ravi@example.in");
        own.Join(ravi.Id, Role.Admin);
        var clerk = await own.Accounts.AddAsync("clerk@example.in");
        own.Join(clerk.Id, Role.Member);
        using (var connection = own.Server.Workspaces.Control.Open())
        {
            MembershipStore.SetCustomRoles(connection, workspace, clerk.Id, [own.Server.Get<RoleBook>().Create(Principal.Operator, workspace, "Less", [], ["clients.read"]).Id]);
        }

        own.Server.Workspaces.Changes.Changed();
        var (team, link) = ($"/w/{workspace}/team/", $"/w/{workspace}/clients/{grant.Id}");

        var seen = (await own.Browser.GetAsync(team + own.Owner)).Body;
        Assert.Contains(link, seen, StringComparison.Ordinal);
        Assert.Contains("Claude", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(link, (await own.Browser.GetAsync(team + ravi.Id)).Body, StringComparison.Ordinal);
        var narrow = await own.Accounts.SignInAsync("clerk@example.in");
        var hidden = await narrow.GetAsync(team + own.Owner);
        Assert.Equal(HttpStatusCode.OK, hidden.Status);
        Assert.DoesNotContain("Claude", hidden.Body, StringComparison.Ordinal);

        own.Server.Get<GrantBook>().Revoke(Principal.Operator, workspace, grant.Id);
        Assert.DoesNotContain(link, (await own.Browser.GetAsync(team + own.Owner)).Body, StringComparison.Ordinal);
    }

    /// <summary>Who reviews access sees the AI clients beside the members who let them in, and what they sign keeps it.</summary>
    [Fact]
    [Trait("claim", "C16")]
    [Trait("claim", "C30")]
    public async Task TheAccessReviewListsClientsThatMayComeAgain()
    {
        await using var own = await OAuthHouse.StartAsync();
        var (reviews, book, workspace) = (own.Server.Get<AccessReviews>(), own.Server.Get<GrantBook>(), own.Server.Workspace);
        // Allowed, but no token was ever fetched: no client, like in the list of clients.
        await own.CodeAsync(await own.RegisterAsync(name: "Never came"));
        var ending = await own.ConnectAsync();
        book.Revoke(Principal.Operator, workspace, book.List(workspace, null, 10).Single().Grant.Id);
        await own.ConnectAsync("tables:read search");
        var grant = book.List(workspace, null, 10).Single(client => client.Grant.RevokedAt is null).Grant;
        book.Pause(Principal.Operator, workspace, grant.Id);
        var listed = Assert.Single(Assert.Single(reviews.Report(workspace).Members).Clients);
        var page = await own.Browser.GetAsync($"/w/{workspace}/access-review");
        var csv = await own.Browser.GetAsync($"/api/v1/workspaces/{workspace}/access-review.csv");
        reviews.Sign(Principal.Person(own.Owner), workspace, "");
        own.Accounts.Clock.Advance(TimeSpan.FromDays(90));

        Assert.Equal((grant.Id, "Claude", null, own.Owner, true, grant.ExpiresAt), (listed.Id, listed.Name, listed.VerifiedHost, listed.GrantedBy, listed.IsPaused, listed.ExpiresAt));
        Assert.Equal(["tables:read", "search"], listed.Scopes);
        Assert.Contains($"href=\"/w/{workspace}/clients/{grant.Id}\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("Read tables, Search", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Never came", page.Body, StringComparison.Ordinal);
        Assert.Contains("\"Claude, not verified (tables:read search), paused\"", csv.Body, StringComparison.Ordinal);
        Assert.Contains(grant.Id, own.Dump("SELECT report FROM access_review"), StringComparison.Ordinal);
        // After its end it is no longer there.
        Assert.Empty(Assert.Single(reviews.Report(workspace).Members).Clients);
        Assert.NotEqual(grant.ClientId, ending.Client);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.OAuthPaused))]
    [Trait("action", nameof(AuditActions.OAuthResumed))]
    [Trait("action", nameof(AuditActions.OAuthRevoked))]
    public async Task PausingLettingGoOnAndEndingAreFeltAtTheNextCall()
    {
        var connected = await house.ConnectAsync();
        var id = Single(connected).Grant.Id;
        await PressAsync(id, "pause");
        var paused = await house.CallAsync(connected.Access);
        var again = await house.AllowAsync(house.AuthorizePath(connected.Client));
        var refreshed = await house.RefreshAsync(connected.Client, connected.Refresh);
        await PressAsync(id, "resume");
        var resumed = await house.CallAsync(connected.Access);
        await PressAsync(id, "end");
        var ended = await house.CallAsync(connected.Access);

        Assert.Equal(HttpStatusCode.Forbidden, paused.Status);
        Assert.Contains("client_paused", paused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, again.Status);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, resumed.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, ended.Status);
        Assert.Equal("invalid_grant", (await house.RefreshAsync(connected.Client, connected.Refresh)).Body.GetProperty("error").GetString());
        Assert.Equal(
            "oauth_grant.paused\noauth_grant.resumed\noauth_grant.revoked",
            house.Dump("SELECT action FROM audit_entry WHERE target_id = @id AND actor_id = @owner AND action <> 'oauth_grant.granted' ORDER BY seq", ("@id", id), ("@owner", house.Owner)));
        Assert.Throws<ProblemException>(() => Book.Resume(Principal.Operator, Workspace, id));
    }

    [Fact]
    [Trait("claim", "C31")]
    [Trait("action", nameof(AuditActions.OAuthNarrowed))]
    [Trait("action", nameof(AuditActions.ClientToolsChanged))]
    [Trait("action", nameof(AuditActions.HiddenColumnsChanged))]
    public async Task NarrowingIsFeltAtTheNextCallAndNeverWidens()
    {
        await SmallBooks.LoadAsync(house.Server.Workspaces, Workspace, TestContext.Current.CancellationToken);
        var connected = await house.ConnectAsync("tables:read search");
        var id = Single(connected).Grant.Id;
        var before = await ToolsAsync(connected.Access);
        Book.Narrow(Principal.Person(house.Owner), Workspace, id, new GrantLimits(["tables:read"], ["list_tables", "execute_sql", "search"], ["parties.*"], 10, 7));
        var after = await ToolsAsync(connected.Access);
        var notAllowed = await house.CallAsync(connected.Access, "describe_table", """{"table":"invoices"}""");
        var hidden = await house.CallAsync(connected.Access, "execute_sql", """{"sql":"SELECT * FROM parties"}""");

        Assert.Contains("describe_table", before);
        Assert.Equal(["execute_sql", "list_tables"], after);
        Assert.Contains("has not allowed this tool", notAllowed.Body, StringComparison.Ordinal);
        Assert.Contains("\"isError\":true", hidden.Body, StringComparison.Ordinal);
        // What its scopes no longer cover starts the step-up.
        Assert.Equal(HttpStatusCode.Forbidden, (await house.CallAsync(connected.Access, "search", """{"query":"x"}""")).Status);
        foreach (var more in new GrantLimits[]
        {
            new(["search"], null, null, null, null), new(["tables:read", "search"], null, null, null, null), new([], null, null, null, null), new(null, null, null, 11, null),
            new(null, null, null, 0, null), new(null, ["rm -rf"], null, null, null), new(null, null, ["nothing"], null, null), new(null, null, null, null, 0),
        })
        {
            Assert.Equal(ProblemCodes.InvalidArgument, Assert.Throws<ProblemException>(() => Book.Narrow(Principal.Operator, Workspace, id, more)).Code);
        }

        Book.Narrow(Principal.Operator, Workspace, id, new GrantLimits(null, null, null, null, 366));
        var now = Single(connected).Grant;
        Assert.Equal((10, "parties.*"), (now.RowsPerDay, Assert.Single(now.HiddenColumns)));
        Assert.Equal(house.Accounts.Clock.GetUtcNow().AddDays(7).ToUnixTimeSeconds(), now.ExpiresAt.ToUnixTimeSeconds());
        Assert.Equal(
            "oauth_grant.narrowed\nclient_tools.changed\nhidden_columns.changed\noauth_grant.narrowed",
            house.Dump("SELECT action FROM audit_entry WHERE target_id = @id AND action NOT IN ('oauth_grant.granted', 'oauth_token.issued') ORDER BY seq", ("@id", id)));
    }

    [Fact]
    [Trait("claim", "C31")]
    public async Task AToolThatIsNotGrantedIsNeitherListedNorCallable_AndOneChallengeAsksForIt()
    {
        var connected = await house.ConnectAsync();
        var (status, _, challenge) = await house.CallAsync(connected.Access, "search", """{"query":"x"}""");

        Assert.DoesNotContain("search", await ToolsAsync(connected.Access));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("error=\"insufficient_scope\"", challenge, StringComparison.Ordinal);
        Assert.Contains("scope=\"tables:read search\"", challenge, StringComparison.Ordinal);
        // The step-up: the same client asks for both, the person ticks both.
        var (_, body) = await house.ExchangeAsync(connected.Client, await house.CodeAsync(connected.Client, ("scope", "tables:read search")));
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(body.GetProperty("access_token").GetString()!, "search", """{"query":"x"}""")).Status);
    }

    [Fact]
    [Trait("claim", "B25")]
    public async Task SuspendingAMemberStopsTheirClientsAndRemovingEndsThem()
    {
        var person = await house.Accounts.AddAsync("ravi@example.in");
        house.Join(person.Id, Role.Admin);
        var client = await house.RegisterAsync();
        var browser = await house.Accounts.SignInAsync("ravi@example.in");
        var code = OAuthHouse.In((await house.AllowAsync(house.AuthorizePath(client), browser)).Location, "code")!;
        var (_, tokens) = await house.ExchangeAsync(client, code);
        var (access, refresh) = (tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("refresh_token").GetString()!);
        var memberships = house.Server.Get<Memberships>();

        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(access)).Status);
        memberships.Suspend(Principal.Operator, Workspace, person.Id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(access)).Status);
        Assert.Equal("invalid_grant", (await house.RefreshAsync(client, refresh)).Body.GetProperty("error").GetString());
        memberships.Unsuspend(Principal.Operator, Workspace, person.Id);
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(access)).Status);
        memberships.ChangeRole(Principal.Operator, Workspace, person.Id, Role.Viewer, []);
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(access)).Status);
        memberships.Remove(Principal.Operator, Workspace, person.Id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(access)).Status);
        house.Join(person.Id, Role.Admin);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(access)).Status);
    }

    [Fact]
    [Trait("claim", "C22")]
    [Trait("claim", "D33")]
    [Trait("claim", "D47")]
    public async Task AGrantIsForOneWorkspaceOneAddressAndItsTime()
    {
        var connected = await house.ConnectAsync();
        var other = house.Server.Workspaces.Create("Other");
        using var body = new StringContent(McpCalls.ModernCall("list_tables", "{}"), System.Text.Encoding.UTF8, "application/json");
        using var elsewhere = await house.Server.SendAsync(HttpMethod.Post, "/mcp", connected.Access, body, [("X-Workspace-Id", other.ToString()), .. McpCalls.ModernHeaders("tools/call", "list_tables")]);
        using var inQuery = await house.Server.SendAsync(HttpMethod.Post, "/mcp?access_token=" + connected.Access, null, new StringContent("{}", null, "application/json"));
        using var api = await house.Server.SendAsync(HttpMethod.Get, $"/api/v1/workspaces/{Workspace}/members", connected.Access);
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], new[] { elsewhere.StatusCode, inQuery.StatusCode, api.StatusCode });
        Assert.Throws<ProblemException>(() => Book.Get(other, Single(connected).Grant.Id));

        // The same token, made for an address that this server does not have, opens nothing.
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            connection.Execute("UPDATE oauth_grant SET resource = 'https://other.example/mcp', paused_at = NULL WHERE client_id = @client", ("@client", connected.Client));
        }

        house.Server.Workspaces.Changes.Changed();
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(connected.Access)).Status);
    }

    [Fact]
    public async Task ProgramsSeeAndEndClientsAsTheirRoleAllows()
    {
        await using var access = await AccessHouse.StartAsync();
        var (owner, member, viewer) = (access.Person(access.Workspace, Role.Owner), access.Person(access.Workspace, Role.Member), access.Person(access.Workspace, Role.Viewer));
        using (var connection = access.Control.Open())
        {
            connection.Execute("INSERT INTO oauth_client (id, name, redirect_uris, is_document, created_at) VALUES ('https://claude.ai/x', 'Claude', '[]', 1, 1)");
            GrantStore.Add(connection, new OAuthGrant(
                "g1", "https://claude.ai/x", access.Workspace, owner, "https://claude.ai/cb", "r", ["tables:read"], null, [], 100, access.Clock.GetUtcNow(), access.Clock.GetUtcNow().AddDays(1), null, null, null, null));
            connection.Execute("UPDATE oauth_grant SET connected_at = created_at");
            connection.Execute("INSERT INTO token_usage (token_id, day, rows, bytes) VALUES ('g1', 1, 7, 70)");
        }

        using var hidden = await access.GetAsync(viewer, access.In("/clients"));
        using var listed = await access.GetAsync(member, access.In("/clients"));
        using var refused = await access.SendAsync(member, HttpMethod.Post, access.In("/clients/g1/pause"));
        using var paused = await access.SendAsync(owner, HttpMethod.Post, access.In("/clients/g1/pause"));
        using var resumed = await access.SendAsync(owner, HttpMethod.Post, access.In("/clients/g1/resume"));
        using var narrowed = await access.SendAsync(owner, HttpMethod.Put, access.In("/clients/g1/limits"), new { rows_per_day = 5 });
        using var ended = await access.SendAsync(owner, HttpMethod.Delete, access.In("/clients/g1"));
        using var unknown = await access.SendAsync(owner, HttpMethod.Delete, access.In("/clients/g2"));

        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound],
            new[] { hidden, listed, refused, paused, resumed, narrowed, ended, unknown }.Select(response => response.StatusCode));
        var item = Assert.Single((await AccessHouse.JsonOf(listed)).GetProperty("items").EnumerateArray());
        Assert.Equal(("g1", "Claude", "claude.ai", "active", 7), (item.GetProperty("id").GetString(), item.GetProperty("client").GetString(), item.GetProperty("verified_host").GetString(), item.GetProperty("status").GetString(), item.GetProperty("rows_in_all").GetInt32()));
        Assert.Equal("paused", (await AccessHouse.JsonOf(paused)).GetProperty("status").GetString());
        Assert.Equal(5, (await AccessHouse.JsonOf(narrowed)).GetProperty("rows_per_day").GetInt32());
    }

    private ConnectedClient Single(Connected connected) => Book.List(Workspace, null, 1_000).First(client => client.Grant.ClientId == connected.Client);

    private async Task PressAsync(string id, string button)
    {
        var page = await house.Browser.PostAsync($"/w/{Workspace}/clients/{id}/{button}", [], $"/w/{Workspace}/clients");
        Assert.Equal((HttpStatusCode.SeeOther, $"/w/{Workspace}/clients"), (page.Status, page.Location));
    }

    private async Task<string[]> ToolsAsync(string token)
    {
        using var body = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await house.Server.SendAsync(HttpMethod.Post, "/mcp", token, body, ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2025-11-25"));
        var answer = JsonElement.Parse(McpCalls.Body(await response.Content.ReadAsStringAsync()));
        return [.. answer.GetProperty("result").GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)];
    }
}
