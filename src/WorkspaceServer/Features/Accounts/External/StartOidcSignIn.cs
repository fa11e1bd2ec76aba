using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>
/// GET /sign-in and GET /sign-in/oidc: sends the browser to the identity provider, which is the only way to sign in here. GET /step-up: asks the provider for a
/// fresh proof.
/// </summary>
/// <remarks>No POST: a page whose policy is form-action 'self' may not submit a form that is then redirected to another host.</remarks>
internal static class StartOidcSignIn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, AccountPaths.SignIn, isFresh: false);
        Map(routes, AccountPaths.OidcSignIn, isFresh: false);
        Map(routes, AccountPaths.StepUp, isFresh: true);
    }

    // Every method is mapped, so that a form with a password finds what all such forms find in this mode: nothing.
    private static void Map(IEndpointRouteBuilder routes, string path, bool isFresh) => routes
        .Map(path, (HttpContext context, OidcProvider provider, ExternalStore store, AccountCookies cookies, PublicAddress address, TimeProvider clock) =>
            StartAsync(context, SignInAttempt.New(isFresh), provider, store, cookies, address, clock.GetUtcNow()))
        .AddEndpointFilter<RecordRefusals>()
        .Guarded(Authority.Anyone, RateClasses.SignIn, new InputCheck(typeof(ReturnTo), null), Recording.As(AuditActions.SignInFailed));

    private static async Task<IResult> StartAsync(
        HttpContext context, SignInAttempt attempt, OidcProvider provider, ExternalStore store, AccountCookies cookies, PublicAddress address, DateTimeOffset now)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is nothing at this address.");
        }

        var location = await provider.AuthorizationAddressAsync(attempt, CompleteOidcSignIn.AddressOn(address), context.RequestAborted);
        store.AddAttempt(attempt, ReturnTo.Safe(context.Request.Query[ReturnTo.Field]), now);
        cookies.ExternalState.Write(context, attempt.State, SignInAttempt.Lifetime);
        return Results.Redirect(location);
    }
}
