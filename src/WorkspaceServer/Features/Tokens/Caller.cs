using System.Security.Claims;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Who asks, as the bearer token says: never anything that the caller or a model chose.</summary>
internal sealed record Caller(string TokenId, string TokenName, WorkspaceId Workspace, IReadOnlySet<string> Scopes, ReadAccess Access, TokenBudget Budget = default)
{
    /// <summary>The caller of this request.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated; such a request must not come this far.</exception>
    public static Caller Of(ClaimsPrincipal? user) =>
        (user?.Identity as Identity)?.Caller ?? throw new InvalidOperationException("This request has no authenticated caller.");

    public ClaimsPrincipal ToPrincipal() => new(new Identity(this));

    private sealed class Identity(Caller caller)
        : ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.TokenId)], BearerAuthentication.Scheme)
    {
        public Caller Caller => caller;
    }
}
