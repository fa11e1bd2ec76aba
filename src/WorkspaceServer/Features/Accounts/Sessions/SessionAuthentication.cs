using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Sessions;

/// <summary>Lets an endpoint be reached by an operator who has not set up the second factor that they must have.</summary>
internal sealed record ReachableWithoutMfa;

/// <summary>Reads the session's cookie and nothing else. Sends people who open a page to sign in; tells programs with a status.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    SessionKeeper sessions,
    AccountCookies cookies,
    AuthOptions auth)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private bool needsMfa;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (cookies.Session.Read(Context) is not { } secret)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (sessions.Check(secret, ClientAddress.Of(Context)) is not { } session)
        {
            // The cookie stays: this answer may arrive after another one that brought the browser a newer secret.
            return Task.FromResult(AuthenticateResult.Fail("over"));
        }

        if (session.NewSecret is { } newSecret)
        {
            cookies.Session.Write(Context, newSecret);
        }

        if (RequestScope.Current is { } scope)
        {
            scope.ActorKind = "person";
            scope.ActorId = session.Person.PersonId;
            scope.ActorName = session.Person.Name;
        }

        // Refused here rather than by each endpoint, so that no endpoint can forget it. In the other modes a second factor is the provider's.
        needsMfa = auth is { Mode: AuthMode.Local, RequireMfaForOperators: true } && session.Person is { Role: SystemRole.SuperAdmin, HasMfa: false };
        return Task.FromResult(needsMfa && Context.GetEndpoint()?.Metadata.GetMetadata<ReachableWithoutMfa>() is null
            ? AuthenticateResult.Fail("needs a second factor")
            : AuthenticateResult.Success(new AuthenticationTicket(session.Person.ToPrincipal(), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => needsMfa
        ? SendAsync(AccountPaths.Mfa, ProblemCodes.MfaRequired, "Set up a second factor first: this account may not go without.")
        : SendAsync(AccountPaths.SignIn, ProblemCodes.Unauthorized, "Sign in first.");

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => NeedsFreshness
        ? SendAsync(AccountPaths.StepUp, ProblemCodes.StepUpRequired, "Prove once more that it is you: this needs a sign-in younger than 15 minutes.")
        : ProblemResponses.WriteAsync(Context, ProblemCodes.Forbidden, "You may not do that.");

    private bool NeedsFreshness =>
        Context.GetEndpoint()?.Metadata.GetMetadata<Guard>()?.Authority is Authority.SignedInAuthority { Fresh: true } or Authority.PermissionAuthority { Fresh: true }
        && !FreshAuthentication.IsFresh(Context.User, TimeProvider.GetUtcNow());

    // After a form, too: the page that it was on is where they come back to.
    private Task SendAsync(string page, ProblemCode code, string detail)
    {
        if (!Request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true))
        {
            return ProblemResponses.WriteAsync(Context, code, detail);
        }

        Response.StatusCode = StatusCodes.Status303SeeOther;
        Response.Headers.Location = page + ReturnTo.Query(ReturnTo.PageOf(Request));
        return Task.CompletedTask;
    }
}
