using System.Net;
using System.Text.Json;
using WorkspaceServer.Features.OAuth.Doctor;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth.Doctor;

/// <summary>A person sees their client connect, step by step, and reads where it stopped.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private OAuthHouse house = null!;

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task AGoodConnectionIsSeenStepByStep()
    {
        var seen = new List<string>();
        async Task SeeAsync() => seen.Add(await Watching.StepsAsync(house));

        var ai = await Watching.StartAsync(house);
        await SeeAsync();
        var metadata = await ai.AskAsync();
        await SeeAsync();
        // What a strict client holds against the address that it was given (RFC 9728, section 3.3).
        Assert.Equal(ai.Url, await ai.ReadAsync(metadata));
        await SeeAsync();
        var client = await house.RegisterAsync();
        await SeeAsync();
        await house.Browser.GetAsync(ai.AuthorizePath(client));
        await SeeAsync();
        var allowed = await house.AllowAsync(ai.AuthorizePath(client));
        await SeeAsync();
        var (_, tokens) = await ai.ExchangeAsync(client, OAuthHouse.In(allowed.Location, "code")!);
        await SeeAsync();
        var token = tokens.GetProperty("access_token").GetString()!;
        (await ai.CallAsync(McpCalls.ListTools, token)).Dispose();
        await SeeAsync();
        (await ai.CallAsync(McpCalls.Call("list_tables", "{}"), token)).Dispose();
        await SeeAsync();

        // 401, resource, server, client, authorize, consent, token, tools, call.
        Assert.Equal(["---------", "D--------", "DD-------", "DD-------", "DDpDD----", "DDpDDD---", "DDpDDDD--", "DDpDDDDD-", "DDpDDDDDD"], seen);
        var report = await Watching.ReportAsync(house);
        Assert.Equal(("Claude", JsonValueKind.Null), (report.GetProperty("client").GetString(), report.GetProperty("diagnosis").ValueKind));
        var page = await house.Browser.GetAsync(Watching.PageOf(house));
        Assert.Contains("Connected</span>", page.Body, StringComparison.Ordinal);
        Assert.Contains(ai.Url, page.Body, StringComparison.Ordinal);
    }

    /// <summary>From the yes on, the steps are the person's own whatever address the client was given.</summary>
    [Fact]
    public async Task AClientThatLeavesTheMarkOutIsSeenFromTheYesOn()
    {
        await Watching.StartAsync(house);
        var connected = await house.ConnectAsync();
        await house.CallAsync(connected.Access);

        Assert.Equal("pppppDDpD", await Watching.StepsAsync(house));
    }

    [Fact]
    public async Task AKeyOfOnesOwnNeedsNoSignIn()
    {
        var earlier = await house.ConnectAsync();
        var ai = await Watching.StartAsync(house);
        (await ai.CallAsync(McpCalls.ListTools, earlier.Access)).Dispose();

        Assert.Equal("ppppppDD-", await Watching.StepsAsync(house));
    }

    [Fact]
    public async Task AClientThatIsConnectedAlreadyIsNotTakenForTheOneThatIsWatched()
    {
        var earlier = await house.ConnectAsync();
        await Watching.StartAsync(house);
        await house.CallAsync(earlier.Access);

        Assert.Equal("---------", await Watching.StepsAsync(house));
    }

    [Fact]
    public async Task AWrongReturnAddressIsNamed_AndForgottenWhenItIsMended()
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        var client = await house.RegisterAsync();
        var refused = await house.Browser.GetAsync(ai.AuthorizePath(client, ("redirect_uri", "https://claude.com/api/mcp/auth_callback")));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("DDpDF----", await Watching.StepsAsync(house));
        Assert.Equal(("authorize", "client"), await Watching.DiagnosisAsync(house));
        var page = await house.Browser.GetAsync(Watching.PageOf(house));
        Assert.Contains("It stopped at step 5, on the client’s side", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        Assert.Contains("Stopped at step 5 of 9", page.Body, StringComparison.Ordinal);

        await house.Browser.GetAsync(ai.AuthorizePath(client));

        Assert.Equal("DDpDD----", await Watching.StepsAsync(house));
        Assert.Null(await Watching.DiagnosisAsync(house));
    }

    [Theory]
    [InlineData("code_challenge_method", "plain", "DDpDF----", "authorize", "client")]
    [InlineData("client_id", "no-such-client", "DDpF-----", "client", "client")]
    public async Task AWrongRequestIsNamed(string parameter, string value, string steps, string step, string side)
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        await house.Browser.GetAsync(ai.AuthorizePath(await house.RegisterAsync(), (parameter, value)));

        Assert.Equal((steps.Replace("DDpF", "DD-F", StringComparison.Ordinal), (step, side)), (await Watching.StepsAsync(house), await Watching.DiagnosisAsync(house)));
    }

    [Theory]
    [InlineData("deny", "person")]
    [InlineData("paused", "person")]
    public async Task ANoIsNamed(string how, string side)
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        var client = await house.RegisterAsync();
        if (how == "paused")
        {
            await house.ExchangeAsync(client, await house.CodeAsync(client));
            house.Dump("UPDATE oauth_grant SET paused_at = 1");
        }

        await house.AllowAsync(ai.AuthorizePath(client), null, ("decision", how == "deny" ? "deny" : "allow"));

        Assert.Equal(("consent", side), await Watching.DiagnosisAsync(house));
    }

    [Theory]
    [InlineData("verifier", HandshakeOutcome.WrongVerifier)]
    [InlineData("redirect", HandshakeOutcome.WrongRedirect)]
    [InlineData("late", HandshakeOutcome.OldCode)]
    [InlineData("twice", HandshakeOutcome.UsedCode)]
    [InlineData("other client", HandshakeOutcome.OtherClient)]
    public async Task WhatIsWrongWithTheRequestForTheKeyIsToldToThePersonAlone(string what, HandshakeOutcome expected)
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        var client = await house.RegisterAsync();
        var code = OAuthHouse.In((await house.AllowAsync(ai.AuthorizePath(client))).Location, "code")!;
        if (what == "late")
        {
            house.Accounts.Clock.Advance(TimeSpan.FromSeconds(60));
        }

        if (what == "twice")
        {
            await ai.ExchangeAsync(client, code);
        }

        var (status, body) = await ai.ExchangeAsync(
            what == "other client" ? await house.RegisterAsync() : client, code, what == "verifier" ? new string('a', 43) : OAuthHouse.Verifier, what == "redirect" ? "https://elsewhere.example/" : OAuthHouse.Redirect);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (status, body.GetProperty("error").GetString()));
        Assert.Equal(("token", "client"), await Watching.DiagnosisAsync(house));
        Assert.Equal(
            DoctorWords.Of(new HeardStep(HandshakeStep.Token, expected, default)).Text,
            (await Watching.ReportAsync(house)).GetProperty("diagnosis").GetProperty("text").GetString());
    }

    /// <summary>A client that goes away says nothing; the time says it.</summary>
    [Theory]
    [InlineData(0, "challenge", "network", 90)]
    [InlineData(1, "resource", "client", 20)]
    [InlineData(2, "client", "client", 20)]
    [InlineData(3, "token", "client", 20)]
    [InlineData(4, "tools", "client", 20)]
    public async Task SilenceIsNamedAfterAWhile(int steps, string step, string side, int seconds)
    {
        var ai = await Watching.StartAsync(house);
        var metadata = steps > 0 ? await ai.AskAsync() : "";
        _ = steps > 1 ? await ai.ReadAsync(metadata) : "";
        if (steps > 2)
        {
            var client = await house.RegisterAsync();
            var code = OAuthHouse.In((await house.AllowAsync(ai.AuthorizePath(client))).Location, "code")!;
            _ = steps > 3 ? await ai.ExchangeAsync(client, code) : default;
        }

        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await Watching.DiagnosisAsync(house));
        house.Accounts.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((step, side), await Watching.DiagnosisAsync(house));
    }

    [Fact]
    public async Task APersonIsNotHurried()
    {
        var ai = await Watching.StartAsync(house);
        await ai.ReadAsync(await ai.AskAsync());
        await house.Browser.GetAsync(ai.AuthorizePath(await house.RegisterAsync()));
        house.Accounts.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(await Watching.DiagnosisAsync(house));
    }

    [Fact]
    public async Task WatchingEndsWhenItIsOverOrStopped()
    {
        var ai = await Watching.StartAsync(house);
        house.Accounts.Clock.Advance(Attempt.Lifetime - TimeSpan.FromSeconds(1));
        await ai.AskAsync();
        Assert.Equal("D--------", await Watching.StepsAsync(house));
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        await ai.ReadAsync(await ai.AskAsync());
        Assert.Equal("D--------", await Watching.StepsAsync(house));
        Assert.True((await Watching.ReportAsync(house)).GetProperty("is_over").GetBoolean());

        var stopped = await house.Browser.PostAsync(Watching.PageOf(house) + "/doctor/stop", [], Watching.PageOf(house));
        Assert.Equal(HttpStatusCode.SeeOther, stopped.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await house.Browser.GetAsync(Watching.ApiOf(house), "application/json")).Status);
        Assert.Contains("Start watching", (await house.Browser.GetAsync(Watching.PageOf(house))).Body, StringComparison.Ordinal);
    }

    /// <summary>Long after, a client that kept the address still connects by it.</summary>
    [Fact]
    public async Task TheAddressStaysGood()
    {
        var ai = await Watching.StartAsync(house);
        house.Accounts.Clock.Advance(TimeSpan.FromDays(1));
        house.Browser = await house.Accounts.SignInAsync();
        var (_, token) = await ai.ConnectAsync();
        using var answer = await ai.CallAsync(McpCalls.ListTools, token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
