using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>
/// The authorization code flow of OpenID Connect Core 1.0, section 3.1, with PKCE (RFC 7636): where the browser is sent, and what the code that it brings back proves.
/// </summary>
internal sealed class OidcProvider : IDisposable
{
    private const string Scopes = "openid email profile";

    /// <summary>Longest claim that is compared, in characters.</summary>
    private const int MaxClaimLength = 512;

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromHours(24);
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly OidcOptions options;
    private readonly IssuerHttp http;
    private readonly TimeProvider clock;
    private readonly IssuerDocument<IssuerMetadata> metadata;
    private readonly IssuerKeys keys;
    private readonly TokenVerifier verifier;
    private readonly TokenRules rules;

    public OidcProvider(OidcOptions options, IssuerHttp http, TimeProvider clock)
    {
        this.options = options;
        this.http = http;
        this.clock = clock;
        metadata = new IssuerDocument<IssuerMetadata>(
            async () => IssuerMetadata.Parse(await http.GetAsync(IssuerMetadata.AddressOf(options.Issuer)), options.Issuer), clock);
        keys = new IssuerKeys(http, async () => (await metadata.GetAsync(CancellationToken.None)).KeysAddress, clock);
        verifier = new TokenVerifier(keys, clock);
        rules = new TokenRules(options.Issuer, options.ClientId, Algorithms, Skew, MaxTokenLifetime);
    }

    /// <summary>Where the browser goes to sign in.</summary>
    public async Task<string> AuthorizationAddressAsync(SignInAttempt attempt, string redirectAddress, CancellationToken cancel)
    {
        var endpoint = (await metadata.GetAsync(cancel)).AuthorizationEndpoint;
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = options.ClientId,
            ["response_type"] = "code",
            ["response_mode"] = "query",
            ["scope"] = Scopes,
            ["redirect_uri"] = redirectAddress,
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.CodeVerifier))),
            ["code_challenge_method"] = "S256",
        };
        if (attempt.IsFresh)
        {
            // Providers that do not know the one may know the other.
            query["prompt"] = "login";
            query["max_age"] = "0";
        }

        return QueryHelpers.AddQueryString(endpoint.AbsoluteUri, query);
    }

    /// <summary>Refuses an answer that another provider sent, or somebody in its name (RFC 9207, section 2.4).</summary>
    /// <param name="issuer">The `iss` parameter of the answer; null if there was none.</param>
    public async Task CheckSenderAsync(string? issuer, CancellationToken cancel)
    {
        var mustBeThere = (await metadata.GetAsync(cancel)).SendsIssuer;
        if (issuer is null ? mustBeThere : issuer != options.Issuer)
        {
            throw SignInRefused.State("answer_of_another_issuer");
        }
    }

    /// <summary>Turns the code into an identity that is proved for this attempt and no other.</summary>
    public async Task<ExternalIdentity> RedeemAsync(string code, StartedSignIn attempt, string redirectAddress, CancellationToken cancel)
    {
        var token = await verifier.VerifyAsync(await FetchTokenAsync(code, attempt, redirectAddress, cancel), rules, cancel);
        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(ExternalIdentity.Text(token, "nonce", MaxClaimLength) ?? ""), Encoding.UTF8.GetBytes(attempt.Nonce)))
        {
            throw SignInRefused.State("wrong_nonce");
        }

        CheckParty(token);
        var identity = ExternalIdentity.Of(token);
        if (attempt.IsFresh && identity.AuthenticatedAt < clock.GetUtcNow() - SignInAttempt.Lifetime)
        {
            throw SignInRefused.Proof("not_fresh");
        }

        CheckDomain(token, identity);
        return identity;
    }

    private async Task<string> FetchTokenAsync(string code, StartedSignIn attempt, string redirectAddress, CancellationToken cancel)
    {
        var known = await metadata.GetAsync(cancel);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = redirectAddress,
            ["code_verifier"] = attempt.CodeVerifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, known.TokenEndpoint);
        if (known.TakesBasic)
        {
            // RFC 6749, section 2.3.1: both halves are encoded as in a form before they are joined.
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(options.ClientId)}:{WebUtility.UrlEncode(options.ClientSecret)}")));
        }
        else
        {
            form["client_id"] = options.ClientId;
            form["client_secret"] = options.ClientSecret;
        }

        request.Content = new FormUrlEncodedContent(form);
        var (status, text) = await http.SendAsync(request);
        return status switch
        {
            HttpStatusCode.OK => IdTokenOf(text),
            >= HttpStatusCode.InternalServerError => throw SignInRefused.ProviderUnavailable($"status_{(int)status}"),
            _ => throw SignInRefused.Proof("code_refused"),
        };
    }

    private static string IdTokenOf(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("id_token", out var token)
                && token.ValueKind == JsonValueKind.String
                ? token.GetString()!
                : throw SignInRefused.Proof("no_id_token");
        }
        catch (JsonException)
        {
            throw SignInRefused.Proof("no_id_token");
        }
    }

    // OpenID Connect Core 1.0, section 3.1.3.7, points 4 and 5; and Entra's tenant, which its issuer names as well.
    private void CheckParty(JsonWebToken token)
    {
        var party = ExternalIdentity.Text(token, "azp", MaxClaimLength);
        if (party is null ? token.Audiences.Count() > 1 : party != options.ClientId)
        {
            throw SignInRefused.Proof("wrong_party");
        }

        if (options.Preset == OidcPreset.Entra
            && !options.TenantId.Equals(ExternalIdentity.Text(token, "tid", MaxClaimLength), StringComparison.OrdinalIgnoreCase))
        {
            throw SignInRefused.Proof("wrong_tenant");
        }
    }

    // At Google anybody may have made an account with an address of any domain; only `hd` says that the domain's owner manages it.
    private void CheckDomain(JsonWebToken token, ExternalIdentity identity)
    {
        if (options.AllowedDomains.Length == 0)
        {
            return;
        }

        var domain = options.Preset == OidcPreset.Google
            ? ExternalIdentity.Text(token, "hd", MaxClaimLength)
            : identity.VerifiedEmail?.Split('@')[^1];
        if (!options.AllowedDomains.Contains(domain, StringComparer.OrdinalIgnoreCase))
        {
            throw SignInRefused.NotAdmitted("wrong_domain", "People of your organisation may not sign in here. If they should, the operator can add it to Oidc:AllowedDomains.");
        }
    }

    public void Dispose()
    {
        keys.Dispose();
        metadata.Dispose();
    }
}
