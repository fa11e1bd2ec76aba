using System.Buffers;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Reads "Authorization: Bearer wsp_mcp_…" and nothing else: never a query string, a cookie or a body.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenCheck tokens, RateLimits limits)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = Schemes.Bearer;

    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxTokenLength = 256;

    private const string Prefix = Scheme + " ";

    // b64token of RFC 6750, section 2.1.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~+/=");

    private enum Finding
    {
        Nothing,
        Malformed,
        Invalid,
        TooManyBad,
        Paused,
        Stopped,
    }

    private Finding finding;
    private RateVerdict bad;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count > 1 || (header.Count == 1 && IsMalformed(header[0]!)))
        {
            finding = Finding.Malformed;
            return Task.FromResult(AuthenticateResult.Fail("malformed"));
        }

        if (header.Count == 0 || !header[0]!.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var token = header[0]![Prefix.Length..];
        if (IsFlooding(token))
        {
            finding = Finding.TooManyBad;
            return Task.FromResult(AuthenticateResult.Fail("too many"));
        }

        if (tokens.Find(token) is not { } caller)
        {
            limits.Take(RateClasses.BadTokens, RateLimits.Address(Context));
            finding = Finding.Invalid;
            return Task.FromResult(AuthenticateResult.Fail("invalid"));
        }

        if (RequestScope.Current is { } scope)
        {
            scope.WorkspaceId = caller.Workspace.ToString();
            scope.ActorKind = "token";
            scope.ActorId = caller.TokenId;
            scope.ActorName = caller.TokenName;
        }

        if (caller.IsPaused || caller.IsStopped)
        {
            finding = caller.IsPaused ? Finding.Paused : Finding.Stopped;
            return Task.FromResult(AuthenticateResult.Fail("paused"));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(), Scheme)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => finding switch
    {
        Finding.Malformed => Challenge.MalformedAsync(Context),
        Finding.Invalid => Challenge.InvalidTokenAsync(Context),
        // Not 401: a client that asked for a new token would not be better off.
        Finding.Paused => ProblemResponses.WriteAsync(Context, ProblemCodes.ClientPaused, "An owner of the workspace has paused this AI client. Ask them to let it go on."),
        Finding.Stopped => ProblemResponses.WriteAsync(Context, ProblemCodes.AiStopped, "AI is switched off for this workspace. Ask an owner of it to switch it on again."),
        Finding.TooManyBad => limits.RefuseAsync(Context, RateClasses.BadTokens, bad),
        _ => Challenge.MissingTokenAsync(Context),
    };

    /// <summary>
    /// An address that sent many bad tokens has no further ones looked up. Those that were good before still are: behind the address
    /// of a cloud service or an office there are others as well.
    /// </summary>
    private bool IsFlooding(string token)
    {
        bad = limits.Look(RateClasses.BadTokens, RateLimits.Address(Context));
        return !bad.IsAllowed && !tokens.WasGood(token);
    }

    // Schemes other than Bearer are well formed and simply not ours.
    private static bool IsMalformed(string header)
    {
        if (header.Equals(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return header.Length == 0;
        }

        var token = header.AsSpan(Prefix.Length);
        return token.Length is 0 or > MaxTokenLength || token.ContainsAnyExcept(TokenCharacters);
    }
}
