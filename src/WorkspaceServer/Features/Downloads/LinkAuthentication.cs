using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Downloads;

/// <summary>Reads a signed link, for the endpoints that take one, and uses it up. Whether its maker may still do what it is for, the policy says after that.</summary>
/// <remarks>The signature is in the query: it is in no log, for the request log holds routes and nginx.conf logs no queries.</remarks>
internal sealed class LinkAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, DownloadLinks links)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private ProblemException? refusal;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        WorkspaceId? workspace = WorkspaceId.TryParse(Request.RouteValues[AuthorityHandler.WorkspaceRoute] as string, out var id) ? id : null;
        try
        {
            var maker = links.Use(Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, workspace);
            if (RequestScope.Current is { } scope)
            {
                (scope.WorkspaceId, scope.ActorKind, scope.ActorId, scope.ActorName) = (workspace?.ToString(), "person", maker.PersonId, maker.Name);
            }

            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new LinkIdentity(maker.PersonId)), Scheme.Name)));
        }
        catch (ProblemException problem)
        {
            refusal = problem;
            return Task.FromResult(AuthenticateResult.Fail(problem.Code.Code));
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ProblemResponses.WriteAsync(Context, refusal?.Code ?? ProblemCodes.NotFound, refusal?.Message ?? ProblemResponses.NothingHere);
}

/// <summary>A request with a link: for this one download as good as whoever made it.</summary>
internal sealed class LinkIdentity(string personId) : PrincipalIdentity(personId, Schemes.Link)
{
    public override Principal Principal { get; } = Principal.Person(personId);
}
