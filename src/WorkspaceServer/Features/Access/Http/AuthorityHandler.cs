using Microsoft.AspNetCore.Authorization;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Http;

/// <summary>Asks the policy before an endpoint runs: for whom, in which workspace, with which permission.</summary>
internal sealed class AuthorityHandler(Policy policy, SupportGrants support, LastUseStore uses, Denials denials) : AuthorizationHandler<AuthorityRequirement>
{
    /// <summary>Names the workspace where the path does not, and must agree with the path and the token where they do.</summary>
    public const string WorkspaceHeader = "X-Workspace-Id";

    /// <summary>The part of the path that names the workspace.</summary>
    public const string WorkspaceRoute = "workspace";

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, AuthorityRequirement requirement)
    {
        if (context.Resource is not HttpContext http || Principal.Of(context.User) is not { } principal)
        {
            return;
        }

        try
        {
            Check(http, principal, requirement.Authority);
            context.Succeed(requirement);
        }
        catch (ProblemException problem)
        {
            context.Fail(new Refusal(this, problem.Code, problem.Message));
            if (principal.PersonId is { } person && problem.Code != ProblemCodes.BadRequest)
            {
                await denials.NoteAsync(person, AskedFor(http), http, problem.Code);
            }
        }
    }

    private static WorkspaceId? AskedFor(HttpContext http) =>
        WorkspaceId.TryParse(http.Request.RouteValues[WorkspaceRoute] as string, out var id) ? id : null;

    private const string NotOfThisRole = "Your role in this workspace does not allow it. Whoever manages the team here can give you another one.";
    private const string NotOfThisServer = "This is for those who run the server.";

    private void Check(HttpContext http, Principal principal, Authority authority)
    {
        var workspace = WorkspaceOf(http, principal);
        switch (authority)
        {
            case Authority.TokenAuthority:
                uses.Note(principal, workspace!.Value);
                break;
            case Authority.AgentAuthority:
                // That its maker's permission still stands was asked when it was authenticated; what is left is where.
                Agents(principal, workspace);
                break;
            case Authority.LinkAuthority { Permission: { } permission }:
                CheckPermission(http, principal, permission, workspace);
                break;
            case Authority.LinkAuthority or Authority.SignedInAuthority when !policy.IsActive(principal.PersonId!):
                throw Refused(Verdict.Suspended);
            case Authority.PermissionAuthority needed:
                CheckPermission(http, principal, needed.Permission, workspace);
                break;
            default:
                break;
        }
    }

    private void Agents(Principal principal, WorkspaceId? workspace)
    {
        if (!policy.May(principal, Permissions.AgentsPair, workspace).IsAllowed)
        {
            throw Refused(Verdict.Forbidden);
        }
    }

    private void CheckPermission(HttpContext http, Principal principal, string needed, WorkspaceId? workspace)
    {
        var permission = Permissions.Get(needed);
        if (!permission.IsSystem && workspace is null)
        {
            throw new ProblemException(ProblemCodes.BadRequest, $"Name the workspace in the header {WorkspaceHeader}.");
        }

        var decision = policy.May(principal, permission, permission.IsSystem ? null : workspace);
        if (!decision.IsAllowed)
        {
            throw decision.Verdict == Verdict.Forbidden && principal is Principal.PersonPrincipal
                ? new ProblemException(ProblemCodes.Forbidden, permission.IsSystem ? NotOfThisServer : NotOfThisRole)
                : Refused(decision.Verdict);
        }

        if (decision.SupportGrant is { } grant)
        {
            // Before the read: what cannot be recorded is not read.
            support.RecordRead(grant, workspace!.Value, $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}");
        }

        if (workspace is { } used && !permission.IsSystem)
        {
            uses.Note(principal, used);
        }
    }

    /// <summary>The one workspace that path, header and token agree on; null if none of them names one.</summary>
    private static WorkspaceId? WorkspaceOf(HttpContext http, Principal principal)
    {
        var header = http.Request.Headers[WorkspaceHeader];
        WorkspaceId named = default;
        if (header.Count > 1 || (header.Count == 1 && !WorkspaceId.TryParse(header[0], out named)))
        {
            throw new ProblemException(ProblemCodes.BadRequest, $"The header {WorkspaceHeader} is, once, the id of a workspace.");
        }

        WorkspaceId? byHeader = header.Count == 1 ? named : null;
        var byPath = ByPath(http);
        var byToken = (principal as Principal.TokenPrincipal)?.Workspace;
        if (byHeader is { } && ((byPath is { } && byHeader != byPath) || (byToken is { } && byHeader != byToken)))
        {
            throw new ProblemException(ProblemCodes.BadRequest, $"The header {WorkspaceHeader} names another workspace than the path or the token.");
        }

        var workspace = byPath ?? byToken ?? byHeader;
        if (RequestScope.Current is { } scope)
        {
            scope.WorkspaceId = workspace?.ToString();
            scope.ActorId ??= principal.Id;
            scope.ActorKind ??= principal is Principal.PersonPrincipal ? "person" : "token";
        }

        return workspace;
    }

    private static WorkspaceId? ByPath(HttpContext http) => http.Request.RouteValues.TryGetValue(WorkspaceRoute, out var text)
        ? WorkspaceId.TryParse(text as string, out var id) ? id : throw Refused(Verdict.NotFound)
        : null;

    private static ProblemException Refused(Verdict verdict) => verdict switch
    {
        Verdict.NotFound => new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere),
        Verdict.Suspended => new ProblemException(ProblemCodes.Suspended, "Your access is suspended. Ask an owner of the workspace."),
        _ => new ProblemException(ProblemCodes.Forbidden, "You may not do that."),
    };
}
