using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>How people let an AI in, look at what it does, and keep it out, done by clicking, by each role that may.</summary>
[Collection(JourneyCollection.Name)]
public sealed class AiJourneysTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Desk = WatchedPage.Desk;
    private const int Phone = WatchedPage.Phone;

    [Theory]
    [InlineData("owner", Phone)]
    [InlineData("member", Desk)]
    public async Task ATokenIsMade_WorksAtOnce_AndIsRevoked(string who, int width)
    {
        var person = await VisitAsync(who, width, "/clients?guide=cursor");
        await person.FollowAsync("All tokens");
        await person.FillAsync("[name=name]", "Cursor of " + who);
        await person.PressAsync("Make a token");
        var token = await person.Page.Locator("#token").InputValueAsync();
        await person.AssertSoundAsync("a new token");
        Assert.NotEmpty(await house.ToolsAsync(token));
        await person.OpenAsync("/tokens");
        Assert.DoesNotContain(token, await person.Page.ContentAsync(), StringComparison.Ordinal);
        await person.PressAsync("Revoke Cursor of " + who);
        await person.SeesAsync("Revoked");
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(token, McpCalls.ListTools)).Status);
    }

    /// <summary>A member lets nobody in, until a role of the workspace's own says so; and then no further than that role goes.</summary>
    [Fact]
    public async Task AMemberLetsAnAiIn_AsFarAsARoleMadeForItGoes_UntilTheRoleIsGone()
    {
        var owner = await VisitAsync("owner", Desk, "/team");
        await MakeRoleAsync(owner, "AI host", "Adds: Let an AI client in.", "Takes away: Search the text of the tables.");
        await GiveRoleAsync(owner, "member", "AI host");
        await owner.AssertSoundAsync("a role of its own, given");

        var client = await house.House.RegisterAsync(name: "Claude of a member");
        var member = await VisitAsync("member", Phone, "~" + house.House.AuthorizePath(client));
        await member.SeesHeadingAsync("Claude of a member wants to read a workspace");
        Assert.DoesNotContain("Read private columns too", await member.TextAsync("main"), StringComparison.Ordinal);
        await member.TickAsync("Books");
        await member.TickAsync("Search");
        await member.AssertSoundAsync("consent");
        var token = await AllowAsync(member, client);
        Assert.Equal(["describe_table", "execute_sql", "list_tables"], (await house.ToolsAsync(token)).Intersect(["describe_table", "execute_sql", "list_tables", "search", "propose_question"]));
        Assert.Contains("forbidden", (await house.CallAsync(token, McpCalls.Call("search", """{"query":"Nirmal"}"""))).Body, StringComparison.Ordinal);

        await owner.OpenAsync("/team");
        await owner.PressAsync("Delete AI host");
        await owner.SeesAsync("hold");
        await GiveRoleAsync(owner, "member", "AI host");
        await owner.OpenAsync("/team");
        await owner.PressAsync("Delete AI host");
        await owner.SeesAsync("None yet.");
        Assert.Contains("search", await house.ToolsAsync(token));
        await member.OpenAsync("~" + house.House.AuthorizePath(client));
        await member.SeesAsync("You may let no AI client in.");
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task WhatAnAiDidIsSeen_AndItIsPaused(string who, int width)
    {
        var client = await house.House.RegisterAsync(name: "Claude for " + who);
        var (_, tokens) = await house.House.ExchangeAsync(client, await house.House.CodeAsync(client));
        var token = tokens.GetProperty("access_token").GetString()!;
        var question = $"SELECT count(*) AS asked_for_{who} FROM bills";
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(token, McpCalls.Call("execute_sql", JsonSerializer.Serialize(new { sql = question })))).Status);
        var person = await VisitAsync(who, width, "/activity");
        await person.Page.GetByText(question).First.ClickAsync();
        await person.Page.Locator(".detail-head").WaitForAsync();
        await person.AssertSoundAsync("a call of an AI");
        await person.OpenAsync("/clients");
        await person.PressAsync($"Pause Claude for {who}");
        await person.SeesButtonAsync($"Let it go on Claude for {who}");
        await person.AssertSoundAsync("a paused client");
        Assert.Empty(await house.ToolsAsync(token));
        await person.PressAsync($"Let it go on Claude for {who}");
        await person.SeesButtonAsync($"Pause Claude for {who}");
        Assert.NotEmpty(await house.ToolsAsync(token));
    }

    [Fact]
    public async Task ToolsAreCalledByHand_AndWhatComesBackStaysText()
    {
        const string Hostile = "<img src=x onerror=pwned=1>";
        await using var window = await house.OpenAsync(browser, "owner", Desk, atOrigin: true);
        var owner = new Visitor(window, "owner", house.Home);
        await owner.OpenAsync("/clients");
        await owner.FollowAsync("Open the test client");
        await ConnectAsync(owner, "wsp_mcp_nobody-has-this");
        await owner.SeesAsync("The token is wrong, was revoked, or has ended (401). Make a new one.");
        await owner.Page.Locator("#mcp-1.is-bad").WaitForAsync();
        Assert.Contains("401", Assert.Single(window.Wrong), StringComparison.Ordinal);
        window.Forget();

        var token = house.House.Server.Tokens.Create(house.House.Server.Workspace, "by hand").Text;
        await ConnectAsync(owner, token);
        await owner.Page.Locator("#mcp-3.is-ok").GetByText("Tools: ").WaitForAsync();
        await owner.ChooseAsync("#mcp-tool", "list_tables");
        await owner.PressAsync("Call");
        await owner.Page.Locator("[data-part=structured]").GetByText("\"bills\"").WaitForAsync();
        await owner.ChooseAsync("#mcp-tool", "execute_sql");
        await owner.FillAsync("textarea", $"SELECT name, '{Hostile}' AS hostile, 1.50 AS exact FROM parties ORDER BY code");
        await owner.PressAsync("Call");
        await owner.Page.Locator("[data-part=structured]").GetByText("रमेश ट्रेडर्स").WaitForAsync();

        Assert.Contains(Hostile, await owner.TextAsync("[data-part=structured]"), StringComparison.Ordinal);
        Assert.Contains(Hostile, await owner.TextAsync("[data-part=text]"), StringComparison.Ordinal);
        Assert.True(await owner.Page.EvaluateAsync<bool>("() => typeof pwned === 'undefined' && !document.querySelector('[data-mcp] img')"));
        var sent = await owner.TextAsync("[data-part=sent]");
        Assert.Contains("MCP-Protocol-Version: 2026-07-28", sent, StringComparison.Ordinal);
        Assert.Contains("Mcp-Name: execute_sql", sent, StringComparison.Ordinal);
        await owner.ChooseAsync("#mcp-revision", "2025-11-25");
        await ConnectAsync(owner, token);
        await owner.Page.Locator("#mcp-2.is-ok").WaitForAsync();
        await owner.Page.Locator("#mcp-3.is-ok").GetByText("Tools: ").WaitForAsync();
        await owner.ChooseAsync("#mcp-tool", "execute_sql");
        await owner.FillAsync("textarea", $"SELECT '{Hostile}' AS hostile");
        await owner.PressAsync("Call");
        await owner.Page.Locator("[data-part=sent]").GetByText("MCP-Protocol-Version: 2025-11-25").WaitForAsync();
        Assert.Contains("Workspace Server test client", window.Requests.First(request => request.PostData?.Contains("initialize", StringComparison.Ordinal) == true).PostData, StringComparison.Ordinal);
        Assert.DoesNotContain(token, await owner.Page.ContentAsync() + string.Join('\n', window.Requests.Select(request => request.Url)), StringComparison.Ordinal);
        Assert.Equal(0, await owner.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        await owner.AssertSoundAsync("a call by hand");
        await owner.DrawAsync("test-client");
        await window.BecomeAsync(Phone);
        await window.AssertFitsAsync("a call by hand on a phone");
        await owner.DrawAsync("test-client");
    }

    /// <summary>The same server by another name is a foreign page to its MCP endpoint.</summary>
    [Fact]
    public async Task ThePageOfAnotherOriginCallsNothing_AndSaysWhy()
    {
        var owner = await VisitAsync("owner", Phone, "/clients/test");
        await ConnectAsync(owner, house.House.Server.Tokens.Create(house.House.Server.Workspace, "elsewhere").Text);
        await owner.SeesAsync("The server does not allow this (403). Pages of this origin may not call the server.");
        Assert.Contains("403", Assert.Single(owner.Window.Wrong), StringComparison.Ordinal);
    }

    private static async Task ConnectAsync(Visitor person, string token)
    {
        await person.FillAsync("#mcp-token", token);
        await person.PressAsync("Connect");
    }

    private static async Task MakeRoleAsync(Visitor owner, string name, params string[] ticks)
    {
        await owner.FollowAsync("Make a role");
        await owner.FillAsync("#name", name);
        foreach (var tick in ticks)
        {
            await owner.TickAsync(tick);
        }

        await owner.AssertSoundAsync("a role that is being made");
        await owner.PressAsync("Make the role");
        await owner.SeesHeadingAsync(name);
    }

    /// <summary>Or takes it away, if they hold it.</summary>
    private static async Task GiveRoleAsync(Visitor owner, string to, string role)
    {
        await owner.OpenAsync("/team");
        await owner.ClickAsync($"tr:has-text('{to}@example.in') th a");
        var had = await owner.CountAsync("input[name=custom_roles]:checked");
        await owner.TickAsync(role);
        await owner.PressAsync("Change it");
        await owner.Page.Locator("input[name=custom_roles]").And(owner.Page.Locator(had == 0 ? ":checked" : ":not(:checked)")).WaitForAsync();
    }

    /// <summary>Says yes and is sent back to the client, which is another origin and not there: this answers for it.</summary>
    /// <returns>The access token that the client then gets.</returns>
    private async Task<string> AllowAsync(Visitor person, string client)
    {
        await person.Page.RouteAsync(OAuthHouse.Redirect + "*", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = "<!doctype html><title>client</title><main>Back at the client.</main>" }));
        await person.PressAsync("Allow reading");
        await person.SeesAsync("Back at the client.");
        var (status, tokens) = await house.House.ExchangeAsync(client, OAuthHouse.In(person.Page.Url, "code")!);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(person.Window.Wrong, wrong => Assert.StartsWith("another origin: " + OAuthHouse.Redirect, wrong, StringComparison.Ordinal));
        person.Window.Forget();
        return tokens.GetProperty("access_token").GetString()!;
    }

    private Task<Visitor> VisitAsync(string who, int width, string path) => house.VisitAsync(browser, who, width, path);
}
