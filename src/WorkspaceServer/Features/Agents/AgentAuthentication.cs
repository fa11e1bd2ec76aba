using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;

namespace WorkspaceServer.Features.Agents;

/// <summary>Reads "Authorization: Bearer" with a token of <see cref="AgentTokens"/>, for the endpoints that are for agents.</summary>
internal sealed class AgentAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AgentTokens tokens, AgentCheck check, AgentContacts contacts, AgentPlaces places, AuditLog audit, RateLimits limits)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = Schemes.Agent;

    public static readonly Recording Recording = Recording.As(AuditActions.AgentSeenElsewhere);

    private const string Prefix = "Bearer ";

    private RateVerdict? flood;
    private ProblemException? refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var look = limits.Look(RateClasses.BadTokens, RateLimits.Address(Context));
        if (!look.IsAllowed)
        {
            flood = look;
            return AuthenticateResult.Fail("too many");
        }

        if (await tokens.FindAsync(header[Prefix.Length..]) is not { } agent)
        {
            limits.Take(RateClasses.BadTokens, RateLimits.Address(Context));
            return AuthenticateResult.Fail("invalid");
        }

        if (RequestScope.Current is { } scope)
        {
            (scope.WorkspaceId, scope.ActorKind, scope.ActorId, scope.ActorName) = (agent.Workspace.ToString(), "agent", agent.Id, agent.Name);
        }

        try
        {
            check.Require(agent);
        }
        catch (ProblemException problem)
        {
            refusal = problem;
            return AuthenticateResult.Fail(problem.Code.Code);
        }

        contacts.Heard(agent.Id, agent.Workspace);
        if (Context.Connection.RemoteIpAddress is { } address && places.IsElsewhere(agent.Id, header, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.AgentSeenElsewhere) { Target = ("agent", agent.Id), Workspace = agent.Workspace, Outcome = "suspicious" });
        }

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new AgentIdentity(agent)), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (flood is { } verdict)
        {
            return limits.RefuseAsync(Context, RateClasses.BadTokens, verdict);
        }

        if (refusal is not null)
        {
            return ProblemResponses.WriteAsync(Context, refusal.Code, refusal.Message);
        }

        Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return ProblemResponses.WriteAsync(Context, ProblemCodes.InvalidToken, "Get a token with an assertion, and send it as: Authorization: Bearer");
    }
}

/// <summary>A request of an agent.</summary>
internal sealed class AgentIdentity(Agent agent) : PrincipalIdentity(agent.Id, AgentAuthentication.Scheme)
{
    public override Principal Principal { get; } = AgentCheck.PrincipalOf(agent);

    public Agent Agent => agent;

    /// <exception cref="InvalidOperationException">The request was not authenticated as an agent's; such a request must not come this far.</exception>
    public static Agent Of(ClaimsPrincipal user) => (user.Identity as AgentIdentity)?.Agent ?? throw new InvalidOperationException("This request is no agent's.");
}
