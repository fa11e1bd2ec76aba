using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>GET /sign-in/oidc/callback: the browser is back from the identity provider with a code, or with a refusal.</summary>
internal static class CompleteOidcSignIn
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(AccountPaths.OidcCallback, HandleAsync)
        .AddEndpointFilter<RecordRefusals>()
        .Guarded(
            Authority.Anyone,
            RateClasses.SignIn,
            InputCheck.By<OidcAnswer>(),
            Recording.As(AuditActions.SignInSucceeded, AuditActions.SignInFailed, AuditActions.PersonRegistered));

    /// <summary>The redirect address, to be registered at the provider.</summary>
    public static string AddressOn(PublicAddress address) => address.Origin + AccountPaths.OidcCallback;

    private static async Task<IResult> HandleAsync(
        HttpContext context, OidcProvider provider, ExternalStore store, ExternalSignIn signIn, AccountCookies cookies, PublicAddress address, TimeProvider clock, CancellationToken cancel)
    {
        var answer = OidcAnswer.Read(context.Request.Query);
        // The state must be the one that this browser was given: a link that somebody else made with a code of theirs ends here (RFC 9700, section 4.7).
        var expected = cookies.ExternalState.Read(context);
        cookies.ExternalState.Delete(context);
        if (expected is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(answer.State)))
        {
            throw SignInRefused.State("state_of_another_browser");
        }

        var attempt = store.TakeAttempt(answer.State, clock.GetUtcNow()) ?? throw SignInRefused.State("unknown_or_used_state");
        await provider.CheckSenderAsync(answer.Issuer, cancel);
        var code = answer.Code ?? throw SignInRefused.ByProvider("refused_by_provider");
        var identity = await provider.RedeemAsync(code, attempt, AddressOn(address), cancel);
        await signIn.StartSessionAsync(context, identity);
        return Results.Redirect(attempt.ReturnTo);
    }
}
