using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>Secrets and rows through every kind of input: none is in a log line at the finest level, in the audit export or in another caller's error.</summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private const int Expected = 30;

    /// <summary>By name, so that a leak says which.</summary>
    private readonly Dictionary<string, string> canaries = new(StringComparer.Ordinal);
    private readonly StringBuilder errors = new();
    private OAuthHouse house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync(options: new ServerOptions { LogDetail = LogDetail.Debug });

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B44")]
    [Trait("claim", "D4")]
    [Trait("claim", "D48")]
    public async Task NothingSecretAndNoRowIsInLogsAuditExportsOrErrors()
    {
        await SignInAsync();
        await SendMailsAsync();
        await ConnectAClientAsync();
        await PairAnAgentAsync();
        await SendRowsAndStatementsAsync();
        await SendNonsenseAsync();
        using var export = new StringWriter();
        await AuditExport.WriteAsync(house.Server.Get<AuditStore>(), new AuditFilter(), AuditExport.JsonLines, export, _ => { }, Cancel);

        Assert.True(canaries.Count >= Expected, $"{canaries.Count} canaries");
        Assert.All(canaries, canary => Assert.True(canary.Value.Length >= 8, canary.Key));
        var places = new Dictionary<string, string> { ["logs"] = house.Server.Logs.All, ["audit export"] = export.ToString(), ["errors"] = errors.ToString() };
        // What is searched holds what it should: the search would find a canary there.
        Assert.Contains("/oauth/token", places["logs"], StringComparison.Ordinal);
        Assert.Contains("sign_in.failed", places["audit export"], StringComparison.Ordinal);
        Assert.Contains("invalid_grant", places["errors"], StringComparison.Ordinal);
        Assert.Empty(places.SelectMany(place => canaries
            .Where(canary => place.Value.Contains(canary.Value, StringComparison.OrdinalIgnoreCase) || place.Value.Contains(Uri.EscapeDataString(canary.Value), StringComparison.OrdinalIgnoreCase))
            .Select(canary => $"{canary.Key} is in the {place.Key}")));
    }

    private async Task SignInAsync()
    {
        var accounts = house.Accounts;
        var person = await accounts.AddAsync("mira@example.in", password: Canary("password"));
        var (key, codes) = await accounts.EnrolAsync(person);
        (canaries["key of the authenticator"], canaries["backup code"], canaries["backup code not used"]) = (Convert.ToHexString(key), codes[0], codes[1]);
        var browser = accounts.Browser();
        await browser.PostAsync("/sign-in", [("email", "mira@example.in"), ("password", canaries["password"])]);
        canaries["cookie of the second step"] = browser.Cookies["second-factor"];
        await browser.PostAsync("/sign-in/code", [("code", codes[0])]);
        canaries["cookie of the session"] = browser.Cookies["session"];
        Keep(await browser.PostAsync("/step-up", [("password", Canary("wrong password on the way up")), ("code", Canary("wrong code"))], page: "/step-up"));
        var form = await browser.GetAsync("/account/password");
        canaries["form token"] = form.Token!;
        Keep(await house.Accounts.Browser("192.0.2.7").PostAsync("/sign-in", [("email", "mira@example.in"), ("password", Canary("wrong password"))]));
        Keep(await house.Accounts.Browser("192.0.2.7").PostAsync("/sign-in", [("email", Canary("password typed as address")), ("password", "x")]));
        Keep(await browser.PostAsync("/account/password", [("current_password", Canary("wrong current password")), ("new_password", Canary("new password"))]));
    }

    private async Task SendMailsAsync()
    {
        var browser = house.Accounts.Browser("192.0.2.9");
        await browser.PostAsync("/sign-in/link", [("email", "asha@example.in")], page: "/sign-in");
        canaries["link to sign in"] = (await house.Accounts.Mails.NextLinkAsync(Cancel)).Query.Split('=')[1];
        canaries["cookie of the browser"] = browser.Cookies["browser"];
        await house.Accounts.Browser("192.0.2.10").PostAsync("/forgot-password", [("email", "mira@example.in")]);
        canaries["link to choose a password"] = (await house.Accounts.Mails.NextLinkAsync(Cancel)).Query.Split('=')[1];
        Keep(await browser.GetAsync($"/choose-password?token={Canary("wrong link")}"));
    }

    private async Task ConnectAClientAsync()
    {
        var client = await house.RegisterAsync();
        var code = await house.CodeAsync(client, ("state", Canary("state")));
        canaries["code of OAuth"] = code;
        canaries["verifier of PKCE"] = OAuthHouse.Verifier;
        Keep((await house.ExchangeAsync(client, Canary("wrong code of OAuth"))).Body);
        Keep((await house.ExchangeAsync(client, code, Canary("wrong verifier") + OAuthHouse.Verifier)).Body);
        var connected = await house.ConnectAsync();
        (canaries["access token"], canaries["refresh token"]) = (connected.Access, connected.Refresh);
        Keep((await house.RefreshAsync(connected.Client, Canary("wrong refresh token"))).Body);
        canaries["personal token"] = house.Server.Token();
        using var denied = await house.Server.SendAsync(HttpMethod.Post, "/mcp", Canary("wrong bearer token"), new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), McpCalls.Accept);
        await KeepAsync(denied);
    }

    private async Task PairAnAgentAsync()
    {
        using var agent = new TestAgent(house.Server);
        var token = house.Server.Get<AgentDesk>().CreateToken(Principal.Operator, house.Server.Workspace).Text;
        canaries["pairing token"] = token;
        using var refused = await agent.PairAsync(Canary("wrong pairing token"));
        await KeepAsync(refused);
        using var paired = await agent.PairAsync(token);
        Assert.Equal(HttpStatusCode.Created, paired.StatusCode);
        var assertion = agent.Signed(agent.Claims());
        canaries["assertion"] = assertion.Split('.')[^1];
        using var again = await agent.ExchangeAsync(assertion);
        canaries["agent's token"] = (await OAuthHouse.JsonOf(again)).GetProperty("access_token").GetString()!;
        using var replayed = await agent.ExchangeAsync(assertion);
        await KeepAsync(replayed);
    }

    private async Task SendRowsAndStatementsAsync()
    {
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, Cancel);
        var csv = new StringContent($"name,amount\n{Canary("cell")},1\n", Encoding.UTF8, "text/csv");
        using var loaded = await house.Server.SendAsync(HttpMethod.Post, $"/api/v1/workspaces/{house.Workspace}/tables?table=canaries", null, csv, ("Cookie", SessionCookie()));
        var token = canaries["personal token"];
        await house.CallAsync(token, "execute_sql", $$"""{"sql":"SELECT name, '{{Canary("literal")}}' FROM parties WHERE name <> '{{Canary("second literal")}}'"}""");
        await house.CallAsync(token, "execute_sql", $$"""{"sql":"SELECT '{{Canary("literal of a wrong statement")}}' FROM nowhere"}""");
        await house.CallAsync(token, "search", $$"""{"query":"{{Canary("search text")}}"}""");
        await house.CallAsync(token, "fetch", $$"""{"id":"parties/{{Canary("key of a row")}}"}""");
        canaries["value of a row"] = SmallBooks.Devanagari;
    }

    private async Task SendNonsenseAsync()
    {
        using var path = await house.Server.SendAsync(HttpMethod.Get, $"/{Canary("path")}?q={Canary("query string")}", null, null, ("X-Secret", Canary("header")), ("Cookie", $"session={Canary("made-up cookie")}"));
        await KeepAsync(path);
        using var body = await house.Server.SendAsync(HttpMethod.Post, "/mcp", canaries["personal token"], new StringContent($$"""{"{{Canary("body")}}":1}""", Encoding.UTF8, "application/json"), McpCalls.Accept);
        using var fields = await house.Server.Http.PostAsync("/oauth/token", new FormUrlEncodedContent([KeyValuePair.Create(Canary("name of a field"), Canary("value of a field"))]), Cancel);
        await KeepAsync(fields);
        var key = await File.ReadAllBytesAsync(Path.Combine(Path.GetDirectoryName(house.Server.Workspaces.Folder.Path)!, "master.key"), Cancel);
        (canaries["master key, hexadecimal"], canaries["master key, base64"]) = (Convert.ToHexString(key), Convert.ToBase64String(key));
        using var last = await house.Server.SendAsync(HttpMethod.Delete, "/oauth/token", null);
        var id = last.Headers.GetValues(RequestLog.Header).Single();
        await house.Server.Logs.WaitForAsync(line => line.Contains(id, StringComparison.Ordinal), Cancel);
    }

    private string SessionCookie() => string.Join("; ", house.Browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>A value that occurs nowhere by itself.</summary>
    private string Canary(string name) => canaries[name] = $"canary{canaries.Count}x" + Regex.Replace(name, "[^a-z]", "") + "7f3a9";

    private void Keep(TestBrowser.Page page) => errors.AppendLine(Regex.Replace(page.Stable, "(?s)<input[^>]*name=\"email\"[^>]*>", ""));

    private void Keep(System.Text.Json.JsonElement body) => errors.AppendLine(body.ToString());

    private async Task KeepAsync(HttpResponseMessage answer) => errors.AppendLine(await answer.Content.ReadAsStringAsync(Cancel) + answer.Headers);
}
