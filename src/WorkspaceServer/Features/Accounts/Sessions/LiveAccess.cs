using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Accounts.Sessions;

/// <summary>Asks for each open stream what its endpoint asked when it was opened: is the session there, and may the person still?</summary>
internal sealed class LiveAccess(SessionStore sessions, Policy policy, TimeProvider clock) : ILiveAccess
{
    public bool IsStill(HttpContext context) =>
        SignedIn.OrNull(context.User) is { } person
        && sessions.FindById(person.PersonId, person.SessionId) is { } session && !session.IsOver(clock.GetUtcNow())
        && IsAllowed(context, Principal.Person(person.PersonId));

    private bool IsAllowed(HttpContext context, Principal person)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Guard>()?.Authority is not Authority.PermissionAuthority needed)
        {
            return policy.IsActive(person.PersonId!);
        }

        var permission = Permissions.Get(needed.Permission);
        WorkspaceId? workspace = permission.IsSystem ? null : WorkspaceId.Parse((string)context.Request.RouteValues[AuthorityHandler.WorkspaceRoute]!);
        return policy.May(person, permission, workspace).IsAllowed;
    }
}
