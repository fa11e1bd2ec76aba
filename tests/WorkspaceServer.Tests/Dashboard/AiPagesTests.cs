using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard;

/// <summary>Tokens, what AI clients see and did, and the audit log, as the pages of a workspace show them.</summary>
public sealed partial class AiPagesTests : IAsyncLifetime
{
    private AccountsServer house = null!;
    private TestBrowser admin = null!;
    private string home = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        home = $"/w/{house.Server.Workspace}";
        admin = await MemberAsync("admin@example.in", Role.Admin);
        var gateway = house.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(
            house.Server.Workspace, new TableSchema("parties", [new ColumnSchema("name", ColumnType.Text), new ColumnSchema("pan", ColumnType.Text)]), TestContext.Current.CancellationToken);
        await gateway.AppendAsync(house.Server.Workspace, load, [["Nirmal", "ABCDE1234F"]], TestContext.Current.CancellationToken);
        await gateway.CommitLoadAsync(house.Server.Workspace, load, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("action", nameof(AuditActions.TokenCreated))]
    [Trait("action", nameof(AuditActions.TokenRevoked))]
    public async Task ATokenIsShownOnce_Works_AndEndsWhenItIsRevoked()
    {
        var token = await MakeTokenAsync(admin);
        Assert.DoesNotContain(token, (await admin.GetAsync(home + "/tokens")).Body, StringComparison.Ordinal);
        Assert.Contains("Nirmal", await AskAsync(token, "SELECT name FROM parties"), StringComparison.Ordinal);

        var id = TokenId().Match((await admin.GetAsync(home + "/tokens")).Body).Groups[1].Value;
        var viewer = await MemberAsync("member@example.in", Role.Member);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(home + "/tokens/revoke", [("token", id)], page: home + "/tokens")).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await admin.PostAsync(home + "/tokens/revoke", [("token", id)], page: home + "/tokens")).Status);
        house.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("invalid_token", await AskAsync(token, "SELECT 1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MakingATokenTakesAFreshProof_AndThePermission()
    {
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(home + "/tokens", [("name", "x"), ("days", "1")], page: "/account")).Status);

        house.Clock.Advance(TimeSpan.FromMinutes(20));
        var late = await admin.PostAsync(home + "/tokens", [("name", "x"), ("days", "1")]);
        Assert.Equal(HttpStatusCode.SeeOther, late.Status);
        Assert.StartsWith("/step-up", late.Location, StringComparison.Ordinal);
        Assert.Empty(house.Server.Get<Features.Tokens.TokenStore>().List(house.Server.Workspace));
    }

    [Theory]
    [InlineData("", "90")]
    [InlineData("x", "0")]
    [InlineData("x", "367")]
    [InlineData("x", "-1")]
    [InlineData("x", "1e2")]
    public async Task AWrongTokenFormIsSaidOnThePage(string name, string days) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync(home + "/tokens", [("name", name), ("days", days)])).Status);

    [Fact]
    [Trait("action", nameof(AuditActions.HiddenColumnsChanged))]
    public async Task AConfidentialColumnIsGoneForEveryClient_AndNotForPeople()
    {
        var token = await MakeTokenAsync(admin);
        Assert.Contains("ABCDE1234F", await AskAsync(token, "SELECT * FROM parties"), StringComparison.Ordinal);

        // Shown is asked for, and not given: a confidential column is always hidden.
        var set = await admin.PostAsync(home + "/privacy", [("table", "parties"), ("column", "PAN"), ("class", "confidential"), ("ai", "shown")]);
        Assert.Equal(HttpStatusCode.SeeOther, set.Status);
        house.Clock.Advance(TimeSpan.FromSeconds(2));
        var all = await AskAsync(token, "SELECT * FROM parties");
        Assert.Contains("Nirmal", all, StringComparison.Ordinal);
        Assert.DoesNotContain("ABCDE1234F", all, StringComparison.Ordinal);
        Assert.DoesNotContain("ABCDE1234F", await AskAsync(token, "SELECT pan FROM parties"), StringComparison.Ordinal);

        var preview = (await admin.GetAsync(home + "/privacy?table=parties")).Body.Split("What an AI sees")[1];
        Assert.Contains("Nirmal", preview, StringComparison.Ordinal);
        Assert.DoesNotContain("ABCDE1234F", preview, StringComparison.Ordinal);
        Assert.Contains("ABCDE1234F", (await admin.GetAsync(home + "/tables/parties")).Body, StringComparison.Ordinal);
        var row = Assert.Single(Recorded(AuditActions.HiddenColumnsChanged));
        Assert.Equal("parties.pan", row.Row.TargetId);
    }

    /// <summary>A personal token is made without the scope for private columns; "shown" shows them to clients that have it.</summary>
    [Fact]
    public async Task APrivateColumnIsHidden_WhateverElseIsSaidOfIt()
    {
        var token = await MakeTokenAsync(admin);
        async Task<bool> IsSeenAsync(string kind)
        {
            await admin.PostAsync(home + "/privacy", [("table", "parties"), ("column", "pan"), ("class", kind), ("ai", "shown")]);
            house.Clock.Advance(TimeSpan.FromSeconds(2));
            return (await AskAsync(token, "SELECT * FROM parties")).Contains("ABCDE1234F", StringComparison.Ordinal);
        }

        Assert.True(await IsSeenAsync("internal"));
        Assert.False(await IsSeenAsync("private"));
        Assert.False(await IsSeenAsync("private"));
        Assert.Contains("With data:private", (await admin.GetAsync(home + "/privacy?table=parties")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "pan", "private", "hidden", HttpStatusCode.NotFound)]
    [InlineData("parties", "nothing", "private", "hidden", HttpStatusCode.NotFound)]
    [InlineData("parties", "pan", "secret", "hidden", HttpStatusCode.BadRequest)]
    [InlineData("parties", "pan", "private", "maybe", HttpStatusCode.BadRequest)]
    public async Task ARuleForWhatIsNotThereIsRefused(string table, string column, string kind, string ai, HttpStatusCode status)
    {
        var answer = await admin.PostAsync(home + "/privacy", [("table", table), ("column", column), ("class", kind), ("ai", ai)], page: home + "/privacy");

        Assert.Equal(status, answer.Status);
        Assert.Empty(Recorded(AuditActions.HiddenColumnsChanged));
    }

    [Fact]
    [Trait("claim", "D50")]
    public async Task EveryCallIsShownWithWhatItAskedAndTouched()
    {
        var token = await MakeTokenAsync(admin);
        await AskAsync(token, "SELECT name, 'secret value' FROM parties");
        await AskAsync(token, "DELETE FROM parties");
        var list = await admin.GetAsync(home + "/activity");

        Assert.Contains("Answered", list.Body, StringComparison.Ordinal);
        Assert.Contains("SELECT name, ? FROM parties", list.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret value", list.Body, StringComparison.Ordinal);
        var refused = await admin.GetAsync(home + "/activity?outcome=refused");
        Assert.DoesNotContain("SELECT name", refused.Body, StringComparison.Ordinal);
        Assert.Contains("DELETE FROM parties", refused.Body, StringComparison.Ordinal);
        var detail = await admin.GetAsync(WebUtility.HtmlDecode(CallHref().Match(list.Body).Groups[1].Value));
        Assert.Contains("What it asked", detail.Body, StringComparison.Ordinal);
        Assert.Contains("AI clients asked 2 times today", (await admin.GetAsync(home)).Body, StringComparison.Ordinal);

        var file = await admin.GetAsync(home + "/activity/export");
        Assert.Equal(3, file.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Single(Recorded(AuditActions.AuditExported));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.AuditVerified))]
    [Trait("action", nameof(AuditActions.AuditExported))]
    public async Task TheLogIsShownCheckedAndTakenOut_OfThisWorkspaceOnly()
    {
        var other = house.Server.Workspaces.Create("Other");
        house.Server.Tokens.Create(other, "of the neighbours");
        house.Server.Tokens.Create(house.Server.Workspace, "<b>ours</b>");
        var page = await admin.GetAsync(home + "/audit?action=token.created");
        var entry = (await admin.GetAsync(WebUtility.HtmlDecode(EntryHref().Match(page.Body).Groups[1].Value))).Body;

        Assert.Contains("&lt;b&gt;ours&lt;/b&gt;", entry, StringComparison.Ordinal);
        Assert.DoesNotContain("neighbours", entry, StringComparison.Ordinal);
        Assert.Contains("Not checked since", page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await admin.PostAsync(home + "/audit/verify", [], page: home + "/audit")).Status);
        Assert.Contains("Unbroken", (await admin.GetAsync(home + "/audit")).Body, StringComparison.Ordinal);
        Assert.Single(Recorded(AuditActions.AuditVerified));

        var file = await admin.GetAsync(home + "/audit/export");
        Assert.Contains("token.created", file.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(other.ToString(), file.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B37")]
    public async Task EachPageIsForThoseWhoMay()
    {
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        foreach (var path in (string[])["/tokens", "/clients", "/privacy", "/activity", "/activity/export", "/audit", "/audit/export"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(home + path)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(home + path)).Status);
            Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync(home + path)).Status);
        }

        foreach (var client in (string[])["claude", "chatgpt", "claude-code", "cursor", "vs-code", "token", "nothing"])
        {
            Assert.Contains("/mcp", (await admin.GetAsync($"{home}/clients?guide={client}")).Body, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("value=\"(wsp_mcp_[^\"]+)\"")]
    private static partial Regex TokenText();

    [GeneratedRegex("name=\"token\" value=\"([0-9a-f]{32})\"")]
    private static partial Regex TokenId();

    [GeneratedRegex("class=\"cell question\" href=\"([^\"#]+)")]
    private static partial Regex CallHref();

    [GeneratedRegex("href=\"([^\"#]*entry=[0-9]+)")]
    private static partial Regex EntryHref();

    private async Task<string> MakeTokenAsync(TestBrowser from)
    {
        var page = await from.PostAsync(home + "/tokens", [("name", "Claude"), ("days", "30")]);
        var token = TokenText().Match(page.Body).Groups[1].Value;
        Assert.NotEmpty(token);
        return token;
    }

    private async Task<string> AskAsync(string token, string sql)
    {
        using var response = await house.Server.SendAsync(
            HttpMethod.Post,
            "/mcp",
            token,
            new StringContent(McpCalls.Call("execute_sql", System.Text.Json.JsonSerializer.Serialize(new { sql })), System.Text.Encoding.UTF8, "application/json"),
            McpCalls.Accept);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private IReadOnlyList<StoredAuditRow> Recorded(AuditAction action) => house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action.Name), 100);

    private async Task<TestBrowser> MemberAsync(string email, Role role)
    {
        var person = await house.AddAsync(email);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        return await house.SignInAsync(email);
    }
}
