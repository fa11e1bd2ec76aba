using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>An agent over HTTP, with a key of its own: it says exactly what it is told to, right or wrong.</summary>
internal sealed class TestAgent : IDisposable
{
    private readonly TimeProvider clock;
    private readonly IdentityKey key = IdentityKey.Create();
    private TokenAnswer? token;

    public TestAgent(RunningServer server)
        : this(server.Http, server.Workspaces.Clock)
    {
    }

    public TestAgent(HttpClient http, TimeProvider clock)
    {
        Http = http;
        this.clock = clock;
    }

    /// <summary>Where the server is; may change when it starts again.</summary>
    public HttpClient Http { get; set; }

    /// <summary>What the agent knows since it was paired.</summary>
    public PairAnswer Pairing { get; private set; } = null!;

    public string PublicKey => Base64Url.EncodeToString(key.PublicKey);

    public WorkspaceId Workspace => WorkspaceId.Parse(Pairing.WorkspaceId);

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A new agent, paired with a token of the operator's.</summary>
    public static async Task<TestAgent> PairedAsync(RunningServer server, WorkspaceId? workspace = null, Principal? maker = null)
    {
        var agent = new TestAgent(server);
        using var response = await agent.PairAsync(server.Get<AgentDesk>().CreateToken(maker ?? Principal.Operator, workspace ?? server.Workspace).Text);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return agent;
    }

    public PairRequest Request(string pairingToken, long time) => new(
        pairingToken, PublicKey, "Front office", "1.0.0", "Windows 11", time, Base64Url.EncodeToString(key.Sign(Protocol.Pairing.RequestBytes(pairingToken, PublicKey, "Front office", time))));

    /// <param name="change">Makes something of the request wrong, after it was signed.</param>
    public async Task<HttpResponseMessage> PairAsync(string pairingToken, long? time = null, Func<PairRequest, PairRequest>? change = null)
    {
        var request = Request(pairingToken, time ?? Now);
        var response = await Http.PostAsJsonAsync(SyncPaths.Pair, change?.Invoke(request) ?? request, ProtocolJson.Default.PairRequest);
        if (response.IsSuccessStatusCode)
        {
            Pairing = (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.PairAnswer))!;
        }

        return response;
    }

    public AssertionClaims Claims() => new(Pairing.AgentId, Pairing.Audience, Now, Now + 60, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Pairing.ServerKey);

    public string Signed(AssertionClaims claims) => Assertion.Create(claims, bytes => key.Sign(bytes));

    /// <summary>Asks for a token.</summary>
    public Task<HttpResponseMessage> ExchangeAsync(string assertion) => Http.PostAsJsonAsync(SyncPaths.Token, new TokenRequest(assertion), ProtocolJson.Default.TokenRequest);

    /// <summary>A token that is good now.</summary>
    public async Task<string> TokenAsync()
    {
        if (token is null || token.ExpiresAt <= Now)
        {
            using var response = await ExchangeAsync(Signed(Claims()));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            token = await response.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenAnswer);
        }

        return token!.AccessToken;
    }

    /// <summary>The next request gets a new one.</summary>
    public void ForgetToken() => token = null;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync());
        return await Http.SendAsync(request);
    }

    /// <summary>The code of a problem, or "" of an answer that is none.</summary>
    public static async Task<string> CodeOf(HttpResponseMessage response) => (await ProblemOf(response))?.Code ?? "";

    public static async Task<ProblemAnswer?> ProblemOf(HttpResponseMessage response) => response.IsSuccessStatusCode
        ? null
        : JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ProtocolJson.Default.ProblemAnswer);

    public void Dispose() => key.Dispose();
}
