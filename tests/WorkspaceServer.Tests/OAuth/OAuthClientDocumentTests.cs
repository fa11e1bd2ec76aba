using System.Net;
using Microsoft.AspNetCore.Http;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>Clients whose id is the address of a document: what is read of it, and what the server never does for it.</summary>
public sealed class OAuthClientDocumentTests(OAuthDocumentFixture fixture) : IClassFixture<OAuthDocumentFixture>, IAsyncLifetime
{
    private const string Id = "https://claude.ai/oauth/client-metadata";
    private const string Document = """{"client_id":"https://claude.ai/oauth/client-metadata","client_name":"Claude","redirect_uris":["https://claude.ai/api/mcp/auth_callback"],"token_endpoint_auth_method":"none"}""";

    private readonly DocumentHost host = fixture.Fresh();
    private readonly OAuthHouse house = fixture.House;

    // Some tests move the clock by more than a session lives.
    public async ValueTask InitializeAsync() => house.Browser = await house.Accounts.SignInAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("claim", "E7")]
    public async Task AClientWithADocumentConnectsAndIsShownAsVerified()
    {
        host.Serve("/oauth/client-metadata", Document, ("Cache-Control", "max-age=3600"));
        var page = await house.Browser.GetAsync(house.AuthorizePath(Id));
        var (status, body) = await house.ExchangeAsync(Id, await house.CodeAsync(Id));

        Assert.Contains("Verified at claude.ai", page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(body.GetProperty("access_token").GetString()!)).Status);
        // Fetched for the first page and kept for the others.
        Assert.Equal(1, host.Requests);
        Assert.Equal(new IPEndPoint(DocumentHost.PublicAddress, 443), Assert.Single(host.Connected));
    }

    [Theory]
    [InlineData("max-age=60", null, 59, 1)]
    [InlineData("max-age=60", null, 60, 2)]
    [InlineData("max-age=60", "30", 30, 2)]
    [InlineData("no-store", null, 0, 2)]
    [InlineData("max-age=99999999", null, 24 * 3600, 2)]
    [InlineData(null, null, 299, 1)]
    [InlineData(null, null, 300, 2)]
    public async Task ADocumentIsKeptForAsLongAsItSays_WithinBounds(string? control, string? age, int seconds, int requests)
    {
        host.Serve("/oauth/client-metadata", Document, [.. new[] { ("Cache-Control", control), ("Age", age) }.Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!))]);
        var clients = house.Server.Get<ClientDirectory>();
        await clients.FindAsync(Id, TestContext.Current.CancellationToken);
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await clients.FindAsync(Id, TestContext.Current.CancellationToken);

        Assert.Equal(requests, host.Requests);
    }

    [Fact]
    public async Task NobodyButSomebodySignedInMakesTheServerFetchAnything()
    {
        // One that no other test has made known.
        var never = Id + "/never-fetched";
        host.Serve("/oauth/client-metadata/never-fetched", Document);
        var page = await house.Accounts.Browser().GetAsync(house.AuthorizePath(never));
        var (status, _) = await house.ExchangeAsync(never, "wsp_oac_x");

        Assert.StartsWith("/sign-in", page.Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal((0, 0), (host.Requests, host.Connected.Count));
    }

    /// <summary>Addresses that are no document's: refused before a name is even looked up.</summary>
    [Theory]
    [Trait("claim", "E7")]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://[::1]/x")]
    [InlineData("https://[::ffff:10.0.0.1]/x")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://2130706433/x")]
    [InlineData("https://0x7f.1/x")]
    [InlineData("https://localhost/x")]
    [InlineData("https://metadata/x")]
    [InlineData("https://claude.ai")]
    [InlineData("https://claude.ai/")]
    [InlineData("https://claude.ai:8443/x")]
    [InlineData("https://user@claude.ai/x")]
    [InlineData("https://claude.ai/x#y")]
    [InlineData("https://claude.ai/a/../x")]
    [InlineData("https://claude.ai./x")]
    [InlineData("https://CLAUDE.ai/x")]
    [InlineData("http://claude.ai/x")]
    [InlineData("file:///etc/passwd")]
    public async Task AnAddressThatIsNoDocumentsIsNotAskedFor(string id)
    {
        await RefusedAsync(id);

        Assert.Equal((0, 0), (host.Requests, host.Connected.Count));
    }

    [Theory]
    [Trait("claim", "E7")]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("8.8.8.8,127.0.0.1")]
    public async Task ANameThatLeadsInsideIsNotFollowed(string addresses)
    {
        host.Names["claude.ai"] = new Queue<IPAddress[]>([[.. addresses.Split(',').Select(IPAddress.Parse)]]);
        host.Serve("/oauth/client-metadata", Document);
        await RefusedAsync(Id);

        Assert.Equal((0, 0), (host.Requests, host.Connected.Count));
    }

    [Fact]
    public async Task ANameThatAnswersDifferentlyASecondTimeIsConnectedToWhereItWasLookedAt()
    {
        host.Names["claude.ai"] = new Queue<IPAddress[]>([[DocumentHost.PublicAddress], [IPAddress.Loopback]]);
        host.Serve("/oauth/client-metadata", Document);
        await house.Server.Get<ClientDirectory>().FindAsync(Id, TestContext.Current.CancellationToken);

        Assert.Equal(DocumentHost.PublicAddress, Assert.Single(host.Connected).Address);
    }

    public static TheoryData<string, RequestDelegate> Wrong => new()
    {
        { "a redirect", context => { context.Response.Redirect("https://claude.ai/good"); return Task.CompletedTask; } },
        { "an error", context => { context.Response.StatusCode = 500; return Text(context, Document); } },
        { "no JSON", context => Text(context, "<html>") },
        { "another type", context => { context.Response.ContentType = "text/html"; return context.Response.WriteAsync(Document); } },
        { "another client", context => Text(context, Document.Replace("client-metadata", "other", StringComparison.Ordinal)) },
        { "no name", context => Text(context, Document.Replace("client_name", "name", StringComparison.Ordinal)) },
        { "no redirect address", context => Text(context, Document.Replace("redirect_uris", "uris", StringComparison.Ordinal)) },
        { "a foreign scheme", context => Text(context, Document.Replace("https://claude.ai/api", "http://claude.ai/api", StringComparison.Ordinal)) },
        { "a secret", context => Text(context, Document.Replace("none", "client_secret_basic", StringComparison.Ordinal)) },
        { "a key", context => Text(context, Document.Replace("none", "private_key_jwt", StringComparison.Ordinal)) },
        { "a member twice", context => Text(context, Document.Replace("{", "{\"client_name\":\"x\",", StringComparison.Ordinal)) },
        { "one byte too many", context => Text(context, Document + new string(' ', ClientDirectory.MaxDocumentBytes + 1 - Document.Length)) },
        { "without end", async context =>
            {
                context.Response.ContentType = "application/json";
                var chunk = new byte[64 * 1024];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }
            }
        },
    };

    [Theory]
    [Trait("claim", "E7")]
    [MemberData(nameof(Wrong))]
    public async Task ADocumentThatIsWrongIsRefused(string what, RequestDelegate answer)
    {
        host.Answers["/oauth/client-metadata"] = answer;
        host.Serve("/good", Document);
        await RefusedAsync(Id);

        Assert.True(what.Length > 0 && host.Requests == 1);
    }

    [Fact]
    public async Task ADocumentOfTheGreatestSizeIsTaken()
    {
        host.Serve("/oauth/client-metadata", Document + new string(' ', ClientDirectory.MaxDocumentBytes - Document.Length));

        Assert.Equal("Claude", (await house.Server.Get<ClientDirectory>().FindAsync(Id, TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public async Task AHostThatIsTooSlowIsLeft()
    {
        var asked = new TaskCompletionSource();
        host.Answers["/oauth/client-metadata"] = async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var page = house.Browser.GetAsync(house.AuthorizePath(Id));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        house.Accounts.Clock.Advance(ClientDirectory.MaxFetch);

        Assert.Contains("too slow", (await page).Body, StringComparison.Ordinal);
        Assert.True(ClientDirectory.MaxFetch <= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task ACertificateOfAnotherHostIsNotTrusted()
    {
        host.Serve("/oauth/client-metadata", Document);
        await using var strict = await OAuthHouse.StartAsync(host.Network with { Trust = null });
        var page = await strict.Browser.GetAsync(strict.AuthorizePath(Id));

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(0, host.Requests);
    }

    private async Task RefusedAsync(string id)
    {
        var page = await house.Browser.GetAsync(house.AuthorizePath(id));

        Assert.Null(page.Location);
        Assert.True((int)page.Status is 400 or 404, $"{page.Status}");
        Assert.Equal("0", house.Dump("SELECT count(*) FROM oauth_client WHERE id = @id AND fresh_until > 0", ("@id", id)));
    }

    private static Task Text(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
