using System.Text.Json.Nodes;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>One wrong token: how it is made from a right one, and for what reason it is refused.</summary>
internal sealed record Forgery(string Name, string Reason, Action<OidcIssuer> Apply)
{
    private static readonly TokenSigner Stranger = new();

    /// <summary>Wrong for every provider.</summary>
    public static IReadOnlyList<Forgery> All { get; } =
    [
        Signed("a key of somebody else's, under the issuer's name for its own", "wrong_signature", (own, claims) => Stranger.SignRsa(TokenSigner.Header("RS256", own.Name), claims)),
        Signed("a key that the issuer does not publish", "unknown_key", (_, claims) => Stranger.Sign(claims)),
        Signed("no key name", "unknown_key", (own, claims) => own.SignRsa(TokenSigner.Header("RS256", null), claims)),
        Signed("no signature, and saying so", "wrong_algorithm", (own, claims) => own.None(claims)),
        Signed("no signature, in capitals", "wrong_algorithm", (own, claims) => own.None(claims, "NONE")),
        Signed("the public key as a shared secret", "wrong_algorithm", (own, claims) => own.HmacWithPublicKey(claims)),
        Signed("the signature cut off", "wrong_signature", (own, claims) => own.Sign(claims)[..^342]),
        Signed("a claim changed after signing", "wrong_signature", Tamper),
        Signed("an extension that must be understood", "wrong_kind", (own, claims) => own.SignRsa(With(TokenSigner.Header("RS256", own.Name), "crit", new JsonArray("exp")), claims)),
        Signed("an access token", "wrong_kind", (own, claims) => own.SignRsa(TokenSigner.Header("RS256", own.Name, "at+jwt"), claims)),
        Signed("no token", "malformed", (_, _) => "not a token"),
        Signed("two parts", "malformed", (own, claims) => string.Join('.', own.Sign(claims).Split('.')[..2])),
        Signed("five parts, as an encrypted token has", "malformed", (own, claims) => own.Sign(claims) + ".x.y"),
        Signed("longer than is read", "too_long", (own, claims) => own.Sign(With(claims, "padding", new string('x', 16 * 1024)))),
        Changed("another issuer", "wrong_issuer", claims => claims["iss"] = "https://evil.example"),
        Changed("the issuer with a slash", "wrong_issuer", claims => claims["iss"] = claims["iss"] + "/"),
        Changed("no issuer", "wrong_issuer", claims => claims.Remove("iss")),
        Changed("expired", "expired", claims => claims["exp"] = claims["iat"]!.GetValue<long>() - 3600),
        Changed("without an end", "expired", claims => claims.Remove("exp")),
        Changed("with an end in a year", "lives_too_long", claims => claims["exp"] = claims["iat"]!.GetValue<long>() + (365 * 86400)),
        Changed("with an end beyond all dates", "lives_too_long", claims => claims["exp"] = 1e18),
        Changed("not valid yet", "not_yet_valid", claims => claims["nbf"] = claims["iat"]!.GetValue<long>() + 40),
        Changed("issued in the future", "not_yet_valid", claims => claims["iat"] = claims["iat"]!.GetValue<long>() + 40),
        Changed("without a subject", "no_subject", claims => claims.Remove("sub")),
        Changed("with a subject longer than 255 characters", "no_subject", claims => claims["sub"] = new string('x', 256)),
        Changed("made for another party", "wrong_party", claims => claims["azp"] = "https://evil.example"),
    ];

    /// <summary>Wrong for ID tokens.</summary>
    public static IReadOnlyList<Forgery> OfIdTokens { get; } =
    [
        .. All,
        Signed("a curve's signature under the RSA key's name", "unknown_key", (own, claims) => own.SignRsa(TokenSigner.Header("ES256", own.Name), claims)),
        Changed("for another audience", "wrong_audience", claims => claims["aud"] = "another-client"),
        Changed("without an audience", "wrong_audience", claims => claims.Remove("aud")),
        Changed("for several audiences and no party", "wrong_party", claims => claims["aud"] = new JsonArray(OidcIssuer.ClientId, "another-client")),
    ];

    /// <summary>Wrong for Clerk's tokens.</summary>
    public static IReadOnlyList<Forgery> OfClerkTokens { get; } =
    [
        .. All,
        Signed("a curve's signature, which Clerk does not make", "wrong_algorithm", (own, claims) => own.SignWithCurve(claims)),
        Changed("made for no party", "wrong_party", claims => claims.Remove("azp")),
        Changed("without a session", "no_session", claims => claims.Remove("sid")),
        Changed("of a session that is not finished", "pending_session", claims => claims["sts"] = "pending"),
        Changed("with an end in two minutes", "lives_too_long", claims => claims["exp"] = claims["iat"]!.GetValue<long>() + 120),
    ];

    public override string ToString() => Name;

    private static Forgery Signed(string name, string reason, Func<TokenSigner, JsonObject, string> sign) => new(name, reason, issuer => issuer.Sign = sign);

    private static Forgery Changed(string name, string reason, Action<JsonObject> change) => new(name, reason, issuer => issuer.ChangeClaims = change);

    private static string Tamper(TokenSigner signer, JsonObject claims)
    {
        var right = signer.Sign(claims).Split('.');
        var wrong = signer.Sign(With(claims, "sub", "somebody-else")).Split('.');
        return $"{right[0]}.{wrong[1]}.{right[2]}";
    }

    private static JsonObject With(JsonObject document, string name, JsonNode value)
    {
        document[name] = value;
        return document;
    }
}
