using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.OAuth.Exchange;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>What may be an attack has a stream of its own, in which each kind keeps its number and name.</summary>
[Trait("claim", "D51")]
public sealed class SecurityLogTests : IAsyncLifetime
{
    private const string Canary = "canary-4b1d7";
    private OAuthHouse house = null!;

    private RunningServer Server => house.Server;

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync(change: (services, _) => services.AddSingleton(RunningServer.Unlimited with { Pairing = 2 }));

    public ValueTask DisposeAsync() => house.DisposeAsync();

    /// <summary>Numbers and names are promises: whoever changes this list breaks somebody's alarms.</summary>
    [Fact]
    public void EachKindKeepsItsNumber() => Assert.Equal(
        [
            "1001 sign_in.failed", "1002 sign_in.locked", "1003 mfa.failed", "1004 token.refused", "1005 agent.assertion_refused", "1006 agent.pairing_failed", "1007 oauth.refused",
            "2001 access.denied", "2002 mcp.refused", "2003 request.cross_site", "2004 limit.reached", "3001 oauth_token.reused", "3002 agent.seen_elsewhere",
        ],
        SecurityEvents.All.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Id} {each.Name}")));

    [Fact]
    public async Task EachKindLeavesALineInTheStream_AndInItsFile_WithoutWhatWasTyped()
    {
        await PeopleAsync();
        await ClientsAsync();
        await AgentsAsync();

        var lines = Server.Logs.Lines.Where(line => line.Contains(SecurityLog.Category, StringComparison.Ordinal)).ToList();
        Assert.Equal(
            SecurityEvents.All.Select(each => (each.Id, each.Name)).Order(),
            lines.Select(line => JsonElement.Parse(line).GetProperty("EventId")).Select(id => (id.GetProperty("Id").GetInt32(), id.GetProperty("Name").GetString()!)).Distinct().Order());
        Assert.All(lines, line => Assert.Matches("^[0-9a-f]{32}$", JsonElement.Parse(line).GetProperty("request_id").GetString()));
        Assert.Contains(lines, line => JsonElement.Parse(line) is var guess && guess.GetProperty("event").GetString() == "sign_in.failed" && guess.GetProperty("ip").GetString() == "203.0.113.9" && guess.GetProperty("outcome").GetString() == "unauthorized");
        Assert.DoesNotContain(Canary, string.Join('\n', lines), StringComparison.Ordinal);
        var failures = lines.Count(line => line.Contains("\"event\":\"sign_in.failed\"", StringComparison.Ordinal));
        Assert.Contains($"workspace_security_events_total{{event=\"sign_in.failed\"}} {failures}\n", await Server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var folder = Path.Combine(Server.Workspaces.Folder.Path, SecurityLog.Folder);
        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.EndsWith(".jsonl", file, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(file)); // 0600
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(folder)); // 0700
        await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(open);
        Assert.Equal(lines, (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n'));
    }

    private async Task PeopleAsync()
    {
        var person = await house.Accounts.AddAsync("mira@example.in");
        var (key, _) = await house.Accounts.EnrolAsync(person);
        var guesser = house.Accounts.Browser("203.0.113.9");
        await guesser.PostAsync("/sign-in", [("email", "mira@example.in"), ("password", Canary)]);
        await guesser.PostAsync("/sign-in", [("email", "mira@example.in"), ("password", Canary)]);
        await house.Accounts.Browser().PostAsync("/sign-in", [("email", Canary + "@example.in"), ("password", Canary)]);

        var half = house.Accounts.Browser("198.51.100.7");
        await half.PostAsync("/sign-in", [("email", "mira@example.in"), ("password", AccountsServer.Password)]);
        await half.PostAsync("/sign-in/code", [("code", "12345x")]);

        await house.Browser.GetAsync("/operator/people");
        using var foreign = await Server.SendAsync(HttpMethod.Post, "/sign-in", null, new FormUrlEncodedContent([new("email", "mira@example.in"), new("password", Canary)]), ("Origin", "https://evil.example"));
        Assert.NotNull(key);
    }

    private async Task ClientsAsync()
    {
        await house.CallAsync("wsp_mcp_" + Canary);
        var connected = await house.ConnectAsync();
        await house.CallAsync(connected.Access, "drop_everything");
        await house.RefreshAsync(connected.Client, Canary);
        await house.RefreshAsync(connected.Client, connected.Refresh);
        house.Accounts.Clock.Advance(TokenDesk.Grace);
        await house.RefreshAsync(connected.Client, connected.Refresh);
    }

    private async Task AgentsAsync()
    {
        using var stranger = new TestAgent(Server);
        using (await stranger.PairAsync("wsp_pair_" + Canary))
        {
        }

        // The third is one too many.
        using var agent = await TestAgent.PairedAsync(Server);
        using (await agent.ExchangeAsync(agent.Signed(agent.Claims()) + "x"))
        {
        }

        using (await stranger.PairAsync("wsp_pair_" + Canary))
        {
        }

        var token = await agent.TokenAsync();
        foreach (var from in (string[])["203.0.113.7", "198.51.100.9"])
        {
            using var response = await Server.SendAsync(HttpMethod.Get, $"/api/v1/workspaces/{house.Workspace}/sync/agent", token, null, ("X-Forwarded-For", from));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
