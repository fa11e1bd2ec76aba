using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.OAuth.Doctor;

/// <summary>Nobody sees another person's try, and nobody puts steps or words into one.</summary>
public sealed class DoctorAttackTests : IAsyncLifetime
{
    private const string Nothing = "---------";

    private OAuthHouse house = null!;
    private TestBrowser ravi = null!;

    public async ValueTask InitializeAsync()
    {
        house = await OAuthHouse.StartAsync();
        var other = await house.Accounts.AddAsync("ravi@example.in");
        house.Join(other.Id, Role.Owner);
        // The same office: the same address.
        ravi = await house.Accounts.SignInAsync("ravi@example.in");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task AnotherOwnerOfTheSameWorkspaceSeesNothingOfIt()
    {
        var ai = await Watching.StartAsync(house);
        await ai.ConnectAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await ravi.GetAsync(Watching.ApiOf(house), "application/json")).Status);
        var page = await ravi.GetAsync(Watching.PageOf(house));
        Assert.Contains("Start watching", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(ai.Url, page.Body, StringComparison.Ordinal);
        // Watching one's own does not show the other's, and stopping one's own does not stop it.
        await Watching.StartAsync(house, ravi);
        Assert.Equal(Nothing, await Watching.StepsAsync(house, ravi));
        await ravi.PostAsync(Watching.PageOf(house) + "/doctor/stop", [], Watching.PageOf(house));
        Assert.Equal("DDpDDDD--", await Watching.StepsAsync(house));
    }

    /// <summary>Whoever lures somebody to their own address sees that it was found, which they could see at an address of theirs anywhere, and nothing of what the person does.</summary>
    [Fact]
    public async Task ASignInOfSomebodyElseIsNotHeard_WhateverMarkItCarries()
    {
        var ai = await Watching.StartAsync(house);
        var (client, token) = await ai.ConnectAsync(ravi, name: "Ravi’s client");
        (await ai.CallAsync(McpCalls.ListTools, token)).Dispose();
        (await ai.CallAsync(McpCalls.Call("list_tables", "{}"), token)).Dispose();
        await house.AllowAsync(ai.AuthorizePath(client), ravi, ("decision", "deny"));
        var code = OAuthHouse.In((await house.AllowAsync(ai.AuthorizePath(client), ravi)).Location, "code")!;
        await ai.ExchangeAsync(client, code, verifier: new string('a', 43));

        Assert.Equal("DD-------", await Watching.StepsAsync(house));
        Assert.DoesNotContain("Ravi", (await Watching.ReportAsync(house)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStrangerWithoutTheMarkPutsNothingIn()
    {
        var ai = await Watching.StartAsync(house);
        var mark = WatchMark.In(ai.Url)!;
        foreach (var query in (string[])["", "?watch=", $"?watch={mark[..31]}", $"?watch={mark}0", $"?watch={mark.ToUpperInvariant()}", $"?watch={WatchMark.New()}", $"?watch={mark}&watch={mark}", $"?watcher={mark}", $"?x={mark}"])
        {
            using var ask = await house.Server.SendAsync(HttpMethod.Post, "/mcp" + query, null, new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
            using var read = await house.Server.Http.GetAsync("/.well-known/oauth-protected-resource/mcp" + query, TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (ask.StatusCode, read.StatusCode));
        }

        var client = await house.RegisterAsync();
        await house.ExchangeAsync(client, "wsp_code_no-such-code");
        // A page of somebody else's that sends the person's browser here, in the hope that its words appear.
        await house.Browser.GetAsync(house.AuthorizePath(await house.RegisterAsync(name: "Call 1800-555-000"), ("redirect_uri", "https://evil.example/")));
        await house.Browser.GetAsync(house.AuthorizePath("https://evil.example/call-us"));

        Assert.Equal(Nothing, await Watching.StepsAsync(house));
        Assert.DoesNotContain("1800", (await house.Browser.GetAsync(Watching.PageOf(house))).Body, StringComparison.Ordinal);
    }

    /// <summary>Even who knows the mark can only make steps appear by their fixed names.</summary>
    [Fact]
    public async Task WhoKnowsTheMarkPutsNoWordsIn()
    {
        const string Words = "<b>call-us-now</b>";
        var ai = await Watching.StartAsync(house);
        using var ask = new HttpRequestMessage(HttpMethod.Post, new Uri(ai.Url).PathAndQuery) { Content = new StringContent($$"""{"method":"{{Words}}"}""", System.Text.Encoding.UTF8, "application/json") };
        ask.Headers.TryAddWithoutValidation("User-Agent", Words);
        ask.Headers.TryAddWithoutValidation("Authorization", "Bearer call-us-now");
        (await house.Server.Http.SendAsync(ask, TestContext.Current.CancellationToken)).Dispose();
        await house.PostAsync("/oauth/token", ("grant_type", Words), ("client_id", Words), ("code", Words), ("resource", ai.Url));
        await house.PostAsync("/oauth/token", ("grant_type", Words), ("client_id", await house.RegisterAsync(name: Words)), ("code", Words), ("resource", ai.Url));

        Assert.Equal("D-----F--", await Watching.StepsAsync(house));
        Assert.DoesNotContain("call-us-now", (await Watching.ReportAsync(house)).ToString() + (await house.Browser.GetAsync(Watching.PageOf(house))).Body, StringComparison.Ordinal);
    }

    /// <summary>A name is shown once the person was asked about that client themselves, and then as text.</summary>
    [Fact]
    public async Task AHostileNameIsShownAsText()
    {
        const string Name = "<img src=x onerror=alert(1)>\"'&amp;";
        var ai = await Watching.StartAsync(house);
        await ai.ConnectAsync(name: Name);
        var page = await house.Browser.GetAsync(Watching.PageOf(house));

        Assert.DoesNotContain("<img", page.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Name, WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingSecretIsInIt()
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        var client = await house.RegisterAsync();
        var code = OAuthHouse.In((await house.AllowAsync(ai.AuthorizePath(client))).Location, "code")!;
        var (_, tokens) = await ai.ExchangeAsync(client, code);
        var token = tokens.GetProperty("access_token").GetString()!;
        (await ai.CallAsync(McpCalls.Call("list_tables", """{"search":"salaries"}"""), token)).Dispose();
        var shown = (await Watching.ReportAsync(house)).ToString() + (await house.Browser.GetAsync(Watching.PageOf(house))).Body;

        Assert.All((string[])[code, token, tokens.GetProperty("refresh_token").GetString()!, OAuthHouse.Verifier, AuthorizeRequest.ChallengeOf(OAuthHouse.Verifier), "state-of-the-client", client, "salaries", OAuthHouse.Redirect],
            secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
        // Nor is the mark in what is kept: it is in no log and no table.
        Assert.All(house.Server.Logs.Lines, line => Assert.DoesNotContain(WatchMark.In(ai.Url)!, line, StringComparison.Ordinal));
        Assert.DoesNotContain(WatchMark.In(ai.Url)!, house.Dump("SELECT * FROM audit_entry") + house.Dump("SELECT * FROM oauth_grant"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheMarkOpensNothing()
    {
        var ai = await Watching.StartAsync(house);

        Assert.EndsWith(new Uri(ai.Url).Query, await ai.AskAsync(), StringComparison.Ordinal);
        Assert.EndsWith(new Uri(ai.Url).Query, await ai.AskAsync("wsp_mcp_no-such-token"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_target"), await TargetAsync("https://evil.example/mcp" + new Uri(ai.Url).Query));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_target"), await TargetAsync(ai.Url + "&x=1"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_target"), await TargetAsync(ai.Url.Replace("/mcp", "/other", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), await TargetAsync(ai.Url));
    }

    [Fact]
    public async Task AViewerAndAStrangerMayNotWatch()
    {
        var viewer = await house.Accounts.AddAsync("viewer@example.in");
        house.Join(viewer.Id, Role.Viewer);
        var browser = await house.Accounts.SignInAsync("viewer@example.in");
        await house.Accounts.AddAsync("nobody@example.in");
        var stranger = await house.Accounts.SignInAsync("nobody@example.in");

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Watching.ApiOf(house), "application/json")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Watching.PageOf(house) + "/doctor/events", "text/event-stream")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Watching.ApiOf(house), "application/json")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Watching.PageOf(house) + "/doctor/events", "text/event-stream")).Status);
    }

    /// <summary>One try for each person, and not more of them than fit; what is over makes room.</summary>
    [Fact]
    public void TriesAreBounded()
    {
        var clock = house.Accounts.Clock;
        var book = new HandshakeBook(new Signals(), clock);
        var workspace = house.Server.Workspace;
        for (var i = 0; i < HandshakeBook.MaxAttempts; i++)
        {
            book.Start($"person-{i}", workspace);
            book.Start($"person-{i}", workspace);
        }

        Assert.Equal(HandshakeBook.MaxAttempts, book.Count);
        Assert.Equal(ProblemCodes.Busy, Assert.Throws<ProblemException>(() => book.Start("one more", workspace)).Code);
        clock.Advance(Attempt.Lifetime);
        book.Start("one more", workspace);
        Assert.Equal(1, book.Count);
    }

    /// <summary>Who repeats a step makes nothing move: the page of the person is not loaded a thousand times.</summary>
    [Fact]
    public void ARepeatedStepIsOne()
    {
        var book = new HandshakeBook(new Signals(), house.Accounts.Clock);
        var mark = book.Start("asha", house.Server.Workspace).Mark;
        for (var i = 0; i < 1_000; i++)
        {
            book.Heard(mark, HandshakeStep.Challenge, HandshakeOutcome.Done);
        }

        Assert.Equal(1, book.Find("asha", house.Server.Workspace)!.Version);
        Assert.Null(book.Find("asha", WorkspaceId.New(house.Accounts.Clock.GetUtcNow())));
    }

    private async Task<(HttpStatusCode, string)> TargetAsync(string resource)
    {
        var (status, body) = await house.ExchangeAsync(await house.RegisterAsync(), "wsp_code_no-such-code", resource: resource);
        return (status, body.GetProperty("error").GetString()!);
    }
}
