using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkspaceServer.Features.Accounts.External;

namespace WorkspaceServer.Testing;

/// <summary>
/// A real OpenID Connect issuer on loopback, over TLS: discovery, keys, authorization with PKCE, tokens with client authentication. It plays any issuer by its
/// real name, for <see cref="CreateHandler"/> leads every host name to it; so the server's rule that an issuer is https has no exception that tests would need.
/// </summary>
internal sealed class OidcIssuer : IAsyncDisposable
{
    public const string ClientId = "workspace-server";
    public const string ClientSecret = "s3cret:with/odd+characters";
    public const string GoogleName = "https://accounts.google.com";
    public const string TenantId = "5f3e1b52-9d0c-4a4c-8d5b-0b8f1f6f8a11";
    public const string EntraName = "https://login.microsoftonline.com/" + TenantId + "/v2.0";
    public const string ClerkName = "https://clerk.sharma.example";
    public const string ClerkParty = "https://ws.sharma.example";

    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, (string Nonce, string Challenge, string RedirectAddress)> codes = [];
    private readonly int port;

    private OidcIssuer(string name, TimeProvider clock, X509Certificate2 certificate, WebApplication app)
    {
        (Name, this.clock, this.certificate, this.app) = (name, clock, certificate, app);
        Signer = new TokenSigner();
        Map();
        app.Start();
        port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>The issuer, as tokens name it.</summary>
    public string Name { get; }

    /// <summary>Signs the tokens; changing it is a change of keys.</summary>
    public TokenSigner Signer { get; set; }

    /// <summary>What it says of who signed in, beyond what the flow itself says.</summary>
    public JsonObject Person { get; set; } = new() { ["sub"] = "248289761001", ["email"] = "asha@sharma.example", ["email_verified"] = true, ["name"] = "Asha Sharma" };

    /// <summary>Changes the claims of a token before it is signed.</summary>
    public Action<JsonObject> ChangeClaims { get; set; } = _ => { };

    /// <summary>How the token is signed; by default as it should be.</summary>
    public Func<TokenSigner, JsonObject, string> Sign { get; set; } = (signer, claims) => signer.Sign(claims);

    /// <summary>Changes what discovery says.</summary>
    public Action<JsonObject> ChangeMetadata { get; set; } = _ => { };

    /// <summary>Answers instead of the key set; null for the key set.</summary>
    public Func<HttpContext, Task>? AnswerForKeys { get; set; }

    /// <summary>Answers instead of the token endpoint; null for tokens.</summary>
    public Func<HttpContext, Task>? AnswerForTokens { get; set; }

    /// <summary>Puts `iss` into the authorization response, and says so in discovery (RFC 9207).</summary>
    public bool SendsIssuer { get; set; }

    /// <summary>The only address that browsers are sent back to.</summary>
    public string RedirectAddress { get; set; } = "";

    public int KeyRequests { get; private set; }

    public int TokenRequests { get; private set; }

    /// <summary>The query of the last authorization request.</summary>
    public IQueryCollection? LastAuthorization { get; private set; }

    public static OidcIssuer Start(string name, TimeProvider clock)
    {
        var certificate = MakeCertificate();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Services.AddRoutingCore();
        return new OidcIssuer(name, clock, certificate, builder.Build());
    }

    /// <summary>A handler with all the server's own bounds, for which this issuer is behind every name, and its certificate is good.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = IssuerHttp.CreateHandler();
        handler.ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        };
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && certificate.Equals(presented),
        };
        return handler;
    }

    /// <summary>A token as this issuer would sign it, without any flow: Clerk's kind.</summary>
    public string SessionToken(Action<JsonObject>? change = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Name, ["azp"] = ClerkParty, ["sid"] = "sess_2aBc", ["sts"] = "active", ["iat"] = now, ["nbf"] = now - 10, ["exp"] = now + 60, ["fva"] = new JsonArray(0, 0), ["v"] = 2, ["jti"] = Guid.CreateVersion7(clock.GetUtcNow()).ToString("n") };
        AddPerson(claims);
        change?.Invoke(claims);
        ChangeClaims(claims);
        return Sign(Signer, claims);
    }

    private void Map()
    {
        app.UseRouting();
        var path = new Uri(Name).AbsolutePath.TrimEnd('/');
        app.MapGet(path + "/.well-known/openid-configuration", (HttpContext context) => WriteAsync(context, Metadata()));
        app.MapGet("/.well-known/jwks.json", KeysAsync);
        app.MapGet("/authorize", Authorize);
        app.MapPost("/token", TokenAsync);
    }

    private JsonObject Metadata()
    {
        var origin = new Uri(Name).GetLeftPart(UriPartial.Authority);
        var metadata = new JsonObject
        {
            ["issuer"] = Name,
            ["authorization_endpoint"] = origin + "/authorize",
            ["token_endpoint"] = origin + "/token",
            ["jwks_uri"] = origin + "/.well-known/jwks.json",
            ["authorization_response_iss_parameter_supported"] = SendsIssuer,
            ["response_types_supported"] = new JsonArray("code"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256", "ES256"),
        };
        ChangeMetadata(metadata);
        return metadata;
    }

    private Task KeysAsync(HttpContext context)
    {
        KeyRequests++;
        return AnswerForKeys?.Invoke(context) ?? WriteAsync(context, Signer.KeySet());
    }

    /// <summary>Consents at once, for whoever comes.</summary>
    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        LastAuthorization = query;
        if (query["client_id"] != ClientId || query["redirect_uri"] != RedirectAddress || query["response_type"] != "code" || query["code_challenge_method"] != "S256"
            || !query["scope"].ToString().Split(' ').Contains("openid") || query["state"].Count != 1 || query["nonce"].Count != 1)
        {
            return Results.BadRequest();
        }

        var code = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString(), RedirectAddress);
        var answer = new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] };
        if (SendsIssuer)
        {
            answer["iss"] = Name;
        }

        return Results.Redirect(QueryHelpers.AddQueryString(RedirectAddress, answer));
    }

    private async Task TokenAsync(HttpContext context)
    {
        TokenRequests++;
        if (AnswerForTokens is not null)
        {
            await AnswerForTokens(context);
            return;
        }

        var form = await context.Request.ReadFormAsync();
        // Each code once; the verifier must hash to the challenge of RFC 7636, section 4.6.
        if (!IsClient(context.Request, form) || form["grant_type"] != "authorization_code" || !codes.Remove(form["code"].ToString(), out var granted)
            || form["redirect_uri"] != granted.RedirectAddress
            || WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != granted.Challenge)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(context, new JsonObject { ["error"] = "invalid_grant" });
            return;
        }

        await WriteAsync(context, new JsonObject { ["access_token"] = "unused", ["token_type"] = "Bearer", ["expires_in"] = 3600, ["id_token"] = IdToken(granted.Nonce) });
    }

    private string IdToken(string nonce)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Name, ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 3600, ["nonce"] = nonce };
        AddPerson(claims);
        ChangeClaims(claims);
        return Sign(Signer, claims);
    }

    private void AddPerson(JsonObject claims)
    {
        foreach (var (name, value) in Person)
        {
            claims[name] = value?.DeepClone();
        }
    }

    private static bool IsClient(HttpRequest request, IFormCollection form)
    {
        if (request.Headers.Authorization.ToString() is not { Length: > 6 } header)
        {
            return form["client_id"] == ClientId && form["client_secret"] == ClientSecret;
        }

        var parts = Encoding.ASCII.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':');
        return parts.Length == 2 && WebUtility.UrlDecode(parts[0]) == ClientId && WebUtility.UrlDecode(parts[1]) == ClientSecret;
    }

    private static Task WriteAsync(HttpContext context, JsonObject document)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(document.ToJsonString());
    }

    internal static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issuer.test", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        certificate.Dispose();
    }
}
