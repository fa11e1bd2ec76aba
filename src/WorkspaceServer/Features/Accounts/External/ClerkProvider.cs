using Microsoft.IdentityModel.Tokens;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Verifies session tokens of a Clerk instance. They live for a minute, name nobody as audience, and say for which site's page they were made.</summary>
internal sealed class ClerkProvider : IDisposable
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromSeconds(60);

    // A person who has still to choose an organisation or to set up a second factor.
    private const string Pending = "pending";

    /// <summary>Longest claim that is compared, in characters.</summary>
    private const int MaxClaimLength = 512;

    private readonly ClerkOptions options;
    private readonly IssuerKeys keys;
    private readonly TokenVerifier verifier;
    private readonly TokenRules rules;

    public ClerkProvider(ClerkOptions options, IssuerHttp http, TimeProvider clock)
    {
        this.options = options;
        keys = new IssuerKeys(http, () => Task.FromResult(options.KeysAddress), clock);
        verifier = new TokenVerifier(keys, clock);
        rules = new TokenRules(options.FrontendApi, null, [SecurityAlgorithms.RsaSha256], Skew, MaxTokenLifetime);
    }

    /// <returns>Who it is, and until when the token could be sent again.</returns>
    /// <exception cref="SignInRefused">It is no token of this instance for one of our pages.</exception>
    public async Task<(ExternalIdentity Identity, DateTimeOffset UsableUntil)> VerifyAsync(string text, CancellationToken cancel)
    {
        var token = await verifier.VerifyAsync(text, rules, cancel);
        // Clerk leaves azp out when the browser sent no Origin. Then nothing says that the token was made for us.
        if (!options.AuthorizedParties.Contains(ExternalIdentity.Text(token, "azp", MaxClaimLength), StringComparer.Ordinal))
        {
            throw SignInRefused.Proof("wrong_party");
        }

        if (ExternalIdentity.Text(token, "sts", MaxClaimLength) == Pending)
        {
            throw SignInRefused.Proof("pending_session");
        }

        var identity = ExternalIdentity.Of(token);
        return identity.SessionId is null
            ? throw SignInRefused.Proof("no_session")
            : (identity, new DateTimeOffset(token.ValidTo, TimeSpan.Zero) + Skew);
    }

    public void Dispose() => keys.Dispose();
}
