using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>What a token must be to be believed.</summary>
/// <param name="Issuer">Its exact issuer.</param>
/// <param name="Audience">Who it must be for; null where tokens of this kind name nobody.</param>
/// <param name="Skew">How much the provider's clock may differ from ours.</param>
/// <param name="MaxLifetime">How far in the future it may expire.</param>
internal sealed record TokenRules(string Issuer, string? Audience, IReadOnlyList<string> Algorithms, TimeSpan Skew, TimeSpan MaxLifetime);

/// <summary>Verifies signed tokens of a provider (RFC 7515, RFC 7519). The library does the cryptography and the claims; the algorithm and the key are chosen here.</summary>
internal sealed class TokenVerifier(IssuerKeys keys, TimeProvider clock)
{
    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxTokenLength = 16 * 1024;

    /// <summary>Longest subject, in characters (OpenID Connect Core 1.0, section 2).</summary>
    public const int MaxSubjectLength = 255;

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };

    /// <exception cref="SignInRefused">It does not prove anything; the reason says what is wrong with it.</exception>
    public async Task<JsonWebToken> VerifyAsync(string text, TokenRules rules, CancellationToken cancel)
    {
        var token = Read(text);
        // The token says which algorithm it wants, so only those that we expect may be named: never none, never one with a shared secret (RFC 8725, section 3.1).
        if (!rules.Algorithms.Contains(token.Alg, StringComparer.Ordinal))
        {
            throw SignInRefused.Proof("wrong_algorithm");
        }

        // RFC 7515, section 4.1.11: who does not understand what is critical must refuse, and we know no extension.
        if (token.TryGetHeaderValue<object>("crit", out _) || !IsTypeTaken(token.Typ))
        {
            throw SignInRefused.Proof("wrong_kind");
        }

        if (string.IsNullOrEmpty(token.Kid) || await keys.FindAsync(token.Kid, token.Alg, cancel) is not { } key)
        {
            throw SignInRefused.Proof("unknown_key");
        }

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = rules.Algorithms,
            ValidIssuer = rules.Issuer,
            ValidAudience = rules.Audience,
            ValidateAudience = rules.Audience is not null,
#pragma warning disable CA5404 // The time is checked below, by the clock that everything else goes by.
            ValidateLifetime = false,
#pragma warning restore CA5404
        });
        if (!result.IsValid)
        {
            throw SignInRefused.Proof(ReasonOf(result.Exception));
        }

        CheckTime(token, rules);
        return token.Subject is { Length: > 0 and <= MaxSubjectLength } ? token : throw SignInRefused.Proof("no_subject");
    }

    private static JsonWebToken Read(string text)
    {
        if (text.Length > MaxTokenLength)
        {
            throw SignInRefused.Proof("too_long");
        }

        try
        {
            return new JsonWebToken(text);
        }
        catch (Exception error) when (error is ArgumentException or SecurityTokenException)
        {
            throw SignInRefused.Proof("malformed");
        }
    }

    // An access token or a logout token of the same provider is signed by the same key and must not pass (RFC 8725, section 3.11).
    private static bool IsTypeTaken(string? type) => string.IsNullOrEmpty(type) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase);

    private void CheckTime(JsonWebToken token, TokenRules rules)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        // A token without an end has the first moment there is.
        if (token.ValidTo <= now - rules.Skew)
        {
            throw SignInRefused.Proof("expired");
        }

        if (token.ValidTo > now + rules.MaxLifetime + rules.Skew)
        {
            throw SignInRefused.Proof("lives_too_long");
        }

        if (token.ValidFrom > now + rules.Skew || token.IssuedAt > now + rules.Skew)
        {
            throw SignInRefused.Proof("not_yet_valid");
        }
    }

    private static string ReasonOf(Exception? error) => error switch
    {
        SecurityTokenInvalidIssuerException => "wrong_issuer",
        SecurityTokenInvalidAudienceException => "wrong_audience",
        SecurityTokenInvalidSignatureException => "wrong_signature",
        _ => "malformed",
    };
}
