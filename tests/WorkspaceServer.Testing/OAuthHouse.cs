using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>A running server with an owner, Asha, who is signed in, and all that an AI client does to connect.</summary>
internal sealed class OAuthHouse : IAsyncDisposable
{
    public const string Redirect = "https://claude.ai/api/mcp/auth_callback";

    /// <summary>The example of RFC 7636, appendix B.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private OAuthHouse(AccountsServer accounts, string owner, TestBrowser browser) => (Accounts, Owner, Browser) = (accounts, owner, browser);

    public AccountsServer Accounts { get; }

    public RunningServer Server => Accounts.Server;

    /// <summary>The id of the owner.</summary>
    public string Owner { get; }

    /// <summary>The owner's, signed in.</summary>
    public TestBrowser Browser { get; set; }

    public string Workspace => Server.Workspace.ToString();

    public string Origin => Server.Get<PublicAddress>().Origin;

    public static async Task<OAuthHouse> StartAsync(PublicNetwork? network = null, ServerOptions? options = null, Action<IServiceCollection, IMcpServerBuilder>? change = null, IReadOnlyDictionary<string, string?>? backup = null)
    {
        var accounts = await AccountsServer.StartAsync(options: options, backup: backup, change: (services, mcp) =>
        {
            if (network is not null)
            {
                services.AddSingleton(network);
            }

            change?.Invoke(services, mcp);
        });
        var person = await accounts.AddAsync();
        var house = new OAuthHouse(accounts, person.Id, await accounts.SignInAsync());
        house.Join(person.Id, Role.Owner);
        return house;
    }

    public void Join(string person, Role role)
    {
        using (var connection = Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, Server.Workspace, person, role, Accounts.Clock.GetUtcNow());
        }

        Server.Workspaces.Changes.Changed();
    }

    /// <summary>Registers a client and gives its id.</summary>
    public async Task<string> RegisterAsync(string redirect = Redirect, string name = "Claude")
    {
        using var response = await Server.Http.PostAsJsonAsync("/oauth/register", new { client_name = name, redirect_uris = new[] { redirect }, token_endpoint_auth_method = "none" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await JsonOf(response)).GetProperty("client_id").GetString()!;
    }

    /// <summary>Where a client sends the person; a null value leaves a parameter out.</summary>
    public string AuthorizePath(string client, params (string Name, string? Value)[] other)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = client,
            ["redirect_uri"] = Redirect,
            ["code_challenge"] = AuthorizeRequest.ChallengeOf(Verifier),
            ["code_challenge_method"] = "S256",
            ["state"] = "state-of-the-client",
            ["resource"] = Origin + "/mcp",
        };
        foreach (var (name, value) in other)
        {
            parameters[name] = value;
        }

        return "/oauth/authorize?" + string.Join('&', parameters.Where(each => each.Value is not null).Select(each => $"{each.Key}={Uri.EscapeDataString(each.Value!)}"));
    }

    /// <summary>Loads the consent page and says yes.</summary>
    public Task<TestBrowser.Page> AllowAsync(string path, TestBrowser? browser = null, params (string Name, string Value)[] other)
    {
        var fields = new Dictionary<string, string> { ["decision"] = "allow", ["workspace"] = Workspace, ["tables_read"] = "true", ["days"] = "90", ["rows"] = "50,000" };
        foreach (var (name, value) in other)
        {
            fields[name] = value;
        }

        return (browser ?? Browser).PostAsync(path, fields.Where(field => field.Value.Length > 0).Select(field => (field.Key, field.Value)));
    }

    /// <summary>A parameter of an address that the browser was sent to.</summary>
    public static string? In(string? location, string name) => HttpUtility.ParseQueryString(new Uri(location!).Query)[name];

    public async Task<string> CodeAsync(string client, params (string Name, string? Value)[] other)
    {
        string TickOf(string scope) => other.Any(each => each.Value?.Contains(scope, StringComparison.Ordinal) == true) ? "true" : "";
        var page = await AllowAsync(AuthorizePath(client, other), null, ("search", TickOf("search")), ("actions_propose", TickOf("actions:propose")), ("data_private", TickOf("data:private")));
        Assert.True(page.Status == HttpStatusCode.SeeOther, page.Body);
        return In(page.Location, "code")!;
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, params (string Name, string? Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        using var response = await Server.Http.PostAsync(path, form);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> ExchangeAsync(string client, string code, string? verifier = Verifier, string? redirect = Redirect, string? resource = null) => PostAsync(
        "/oauth/token", ("grant_type", "authorization_code"), ("client_id", client), ("code", code), ("code_verifier", verifier), ("redirect_uri", redirect), ("resource", resource));

    public Task<(HttpStatusCode Status, JsonElement Body)> RefreshAsync(string client, string token, string? scope = null) =>
        PostAsync("/oauth/token", ("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token), ("scope", scope));

    /// <summary>The whole way: register, ask, allow, exchange.</summary>
    public async Task<Connected> ConnectAsync(string? scope = null)
    {
        var client = await RegisterAsync();
        var (status, body) = await ExchangeAsync(client, await CodeAsync(client, ("scope", scope)));
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return new Connected(client, body.GetProperty("access_token").GetString()!, body.GetProperty("refresh_token").GetString()!);
    }

    /// <summary>Calls a tool as the client; the status of the answer and its text.</summary>
    public async Task<(HttpStatusCode Status, string Body, string Challenge)> CallAsync(string accessToken, string tool = "list_tables", string arguments = "{}")
    {
        using var body = new StringContent(McpCalls.ModernCall(tool, arguments), System.Text.Encoding.UTF8, "application/json");
        using var response = await Server.SendAsync(HttpMethod.Post, "/mcp", accessToken, body, McpCalls.ModernHeaders("tools/call", tool));
        return (response.StatusCode, McpCalls.Body(await response.Content.ReadAsStringAsync()), response.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>What one statement on the control database answers, rows on lines.</summary>
    public string Dump(string sql, params (string, object?)[] parameters)
    {
        using var connection = Server.Workspaces.Control.Open();
        using var command = connection.Command(sql, parameters);
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(string.Join('|', Enumerable.Range(0, rows.FieldCount).Select(i => rows.IsDBNull(i) ? "-" : rows.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : rows.GetValue(i).ToString())));
        }

        return string.Join('\n', lines);
    }

    public static async Task<JsonElement> JsonOf(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());

    public ValueTask DisposeAsync() => Accounts.DisposeAsync();
}

/// <summary>A client that has tokens.</summary>
internal sealed record Connected(string Client, string Access, string Refresh);
