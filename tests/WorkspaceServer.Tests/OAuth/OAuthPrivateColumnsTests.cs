using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>Columns about persons: who may let a client read them, which client does, and how quickly it no longer does. The column is parties.pan.</summary>
public sealed class OAuthPrivateColumnsTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>, IAsyncLifetime
{
    private const string All = "tables:read search data:private";
    private const string Pan = "AAAPL1234C";

    private readonly OAuthHouse house = fixture.House;

    public async ValueTask InitializeAsync()
    {
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, TestContext.Current.CancellationToken);
        Classify(ColumnClass.Private);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [Trait("claim", "C30")]
    [Trait("claim", "D33")]
    [InlineData("execute_sql", """{"sql":"SELECT * FROM parties"}""")]
    [InlineData("execute_sql", """{"sql":"SELECT pan FROM parties"}""")]
    [InlineData("execute_sql", """{"sql":"SELECT upper(p.PAN) FROM (SELECT * FROM parties) p"}""")]
    [InlineData("execute_sql", """{"sql":"WITH x AS (SELECT code, pan AS harmless FROM parties) SELECT harmless FROM x"}""")]
    [InlineData("search", """{"query":"AAAPL1234C"}""")]
    [InlineData("fetch", """{"id":"parties/P1"}""")]
    public async Task NoToolShowsAPrivateColumn_UnlessThePersonAllowedIt(string tool, string arguments)
    {
        var (without, with) = (await house.ConnectAsync("tables:read search"), await house.ConnectAsync(All));
        var described = await house.CallAsync(without.Access, "describe_table", """{"table":"parties"}""");
        var refused = await house.CallAsync(without.Access, tool, arguments);
        var allowed = await house.CallAsync(with.Access, tool, arguments);

        Assert.DoesNotContain("\"pan\"", described.Body, StringComparison.Ordinal);
        // The value is in the search's own question; the rest of its answer tells of no row.
        Assert.DoesNotContain(tool == "search" ? "parties/P1" : Pan, refused.Body, StringComparison.Ordinal);
        Assert.Contains(tool == "search" ? "parties/P1" : Pan, allowed.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B13")]
    public async Task ATokenWithoutTheScopeGetsItByNoRefresh()
    {
        var connected = await house.ConnectAsync("tables:read search");
        var more = await house.RefreshAsync(connected.Client, connected.Refresh, "tables:read data:private");
        var same = await house.RefreshAsync(connected.Client, connected.Refresh);

        Assert.Equal("invalid_scope", more.Body.GetProperty("error").GetString());
        Assert.False(await SeesAsync(same.Body.GetProperty("access_token").GetString()!));
    }

    /// <summary>A class that is changed after the grant is felt at the next call, and the scope never opens what is hidden from all.</summary>
    [Fact]
    public async Task TheClassAsItIsNowDecides()
    {
        var (without, with) = (await house.ConnectAsync("tables:read search"), await house.ConnectAsync(All));
        var seen = new List<(bool, bool)>();
        foreach (var (kind, isHidden) in new[] { (ColumnClass.Internal, false), (ColumnClass.Private, false), (ColumnClass.Private, true), (ColumnClass.Confidential, false), (ColumnClass.Private, false) })
        {
            Classify(kind, isHidden);
            seen.Add((await SeesAsync(without.Access), await SeesAsync(with.Access)));
        }

        Assert.Equal([(true, true), (false, true), (false, false), (false, false), (false, true)], seen);
    }

    [Fact]
    [Trait("claim", "C31")]
    public async Task AClientThatIsNarrowedNoLongerReadsThem_AndNoRefreshBringsThemBack()
    {
        var connected = await house.ConnectAsync(All);
        var book = house.Server.Get<GrantBook>();
        var id = book.List(house.Server.Workspace, null, 1_000).First(client => client.Grant.ClientId == connected.Client).Grant.Id;
        var page = $"/w/{house.Workspace}/clients/{id}";
        Assert.True(await SeesAsync(connected.Access));
        var answer = await house.Browser.PostAsync(page + "/limits", [("rows", "50000"), ("hidden", ""), ("tools", ""), ("no_private", "true")], page);
        var refreshed = (await house.RefreshAsync(connected.Client, connected.Refresh)).Body;

        Assert.Equal((HttpStatusCode.SeeOther, page), (answer.Status, answer.Location));
        Assert.False(await SeesAsync(connected.Access));
        Assert.Equal("tables:read search", refreshed.GetProperty("scope").GetString());
        Assert.False(await SeesAsync(refreshed.GetProperty("access_token").GetString()!));
        Assert.Throws<ProblemException>(() => book.Narrow(Principal.Operator, house.Server.Workspace, id, new GrantLimits(All.Split(' '), null, null, null, null)));
        Assert.DoesNotContain("no_private", (await house.Browser.GetAsync(page)).Body, StringComparison.Ordinal);
    }

    /// <summary>It takes whoever may do it when they say yes, and goes on only as long as they may.</summary>
    [Fact]
    [Trait("claim", "B25")]
    public async Task OnlyWhoMayCanAllowIt_AndOnlyWhileTheyMay()
    {
        var person = await house.Accounts.AddAsync("meera@example.in");
        house.Join(person.Id, Role.Admin);
        var (workspace, memberships) = (house.Server.Workspace, house.Server.Get<Memberships>());
        var denied = house.Server.Get<RoleBook>().Create(Principal.Operator, workspace, "No private columns", [], ["columns.private"]);
        var browser = await house.Accounts.SignInAsync("meera@example.in");
        var client = await house.RegisterAsync();
        var path = house.AuthorizePath(client, ("scope", All));
        var code = OAuthHouse.In((await house.AllowAsync(path, browser, ("data_private", "true"))).Location, "code")!;
        var access = (await house.ExchangeAsync(client, code)).Body.GetProperty("access_token").GetString()!;

        Assert.True(await SeesAsync(access));
        memberships.ChangeRole(Principal.Operator, workspace, person.Id, Role.Admin, [denied.Id]);
        Assert.False(await SeesAsync(access));
        var refused = await house.AllowAsync(path, browser, ("data_private", "true"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal("1", house.Dump("SELECT count(*) FROM oauth_grant WHERE client_id = @client", ("@client", client)));
        // A member does not hold it, whatever else they were given.
        memberships.ChangeRole(Principal.Operator, workspace, person.Id, Role.Member, []);
        Assert.False(await SeesAsync(access));
        Assert.Equal([Role.Admin, Role.Owner], Roles.All.Where(role => Roles.PermissionsOf(role).Contains(Permissions.ColumnsPrivate)));
        Assert.False(Permissions.UnderSupport.Contains(Permissions.ColumnsPrivate));
    }

    [Fact]
    [Trait("claim", "C30")]
    [Trait("claim", "C15")]
    public async Task ThePageOffersItUntickedWithAWarning_WhereThereIsSomethingPrivate()
    {
        var client = await house.RegisterAsync();
        var offered = await house.Browser.GetAsync(house.AuthorizePath(client, ("scope", "tables:read")));
        var ticked = await house.AllowAsync(house.AuthorizePath(client, ("scope", "tables:read")), null, ("data_private", "true"));
        var given = (await house.ExchangeAsync(client, OAuthHouse.In(ticked.Location, "code")!)).Body.GetProperty("scope").GetString();
        Classify(ColumnClass.Internal);
        var nothing = await house.Browser.GetAsync(house.AuthorizePath(client, ("scope", "tables:read")));
        var forged = await house.AllowAsync(house.AuthorizePath(client, ("scope", "tables:read")), null, ("data_private", "true"));
        var alone = await house.AllowAsync(house.AuthorizePath(client, ("scope", All)), null, ("tables_read", ""), ("data_private", "true"));
        var onlyAsked = await house.Browser.GetAsync(house.AuthorizePath(client, ("scope", "data:private")));

        Assert.Matches("name=\"data_private\" value=\"true\"(?! checked)", offered.Body);
        Assert.Contains("Private columns are about persons.", offered.Body, StringComparison.Ordinal);
        // A client learns what it was given beyond what it asked for (RFC 6749, section 3.3).
        Assert.Equal("tables:read data:private", given);
        Assert.DoesNotContain("data_private", nothing.Body, StringComparison.Ordinal);
        Assert.Equal("tables:read", (await house.ExchangeAsync(client, OAuthHouse.In(forged.Location, "code")!)).Body.GetProperty("scope").GetString());
        Assert.Null(alone.Location);
        Assert.Equal("invalid_scope", OAuthHouse.In(onlyAsked.Location, "error"));
        Assert.Contains("data:private", house.Dump("SELECT details FROM audit_entry JOIN oauth_grant ON id = target_id WHERE client_id = @client AND action = 'oauth_grant.granted' ORDER BY seq LIMIT 1", ("@client", client)), StringComparison.Ordinal);
    }

    /// <summary>What clients are told to ask for leaves it out; only whoever reads the server's own description learns of it.</summary>
    [Fact]
    [Trait("claim", "C15")]
    public async Task NoClientIsToldToAskForIt()
    {
        var cancel = TestContext.Current.CancellationToken;
        var challenge = (await house.CallAsync("wsp_oat_unknown")).Challenge;
        var resource = await house.Server.Http.GetStringAsync("/.well-known/oauth-protected-resource/mcp", cancel);
        var withoutScope = await house.Browser.GetAsync(house.AuthorizePath(await house.RegisterAsync(), ("scope", null)));

        Assert.Contains("scope=\"tables:read search\"", challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("data:private", challenge + resource, StringComparison.Ordinal);
        Assert.Contains("data:private", await house.Server.Http.GetStringAsync("/.well-known/oauth-authorization-server", cancel), StringComparison.Ordinal);
        Assert.DoesNotMatch("name=\"data_private\" value=\"true\" checked", withoutScope.Body);
    }

    private void Classify(ColumnClass kind, bool isHidden = false) =>
        house.Server.Get<ColumnRules>().Set(house.Server.Workspace, new ColumnRule("parties", "pan", kind, isHidden));

    private async Task<bool> SeesAsync(string token)
    {
        var (status, body, _) = await house.CallAsync(token, "execute_sql", """{"sql":"SELECT * FROM parties"}""");
        Assert.True(status == HttpStatusCode.OK && body.Contains("Pune", StringComparison.Ordinal), body);
        return body.Contains(Pan, StringComparison.Ordinal);
    }
}
