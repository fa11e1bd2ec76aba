using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Who asks, as the bearer token says: never anything that the caller or a model chose.</summary>
/// <param name="CreatedBy">The member who made the token and whose permissions bound it; null if the operator did.</param>
/// <param name="Tools">The only tools that it may use; null for all that its scopes open.</param>
/// <param name="IsPaused">An owner stopped this client for a while.</param>
/// <param name="IsStopped">AI is switched off for its workspace, or for all.</param>
/// <param name="Key">By which the token is looked at again, when an answer is ready to go out.</param>
internal sealed record Caller(
    string TokenId,
    string TokenName,
    WorkspaceId Workspace,
    IReadOnlySet<string> Scopes,
    ReadAccess Access,
    string? CreatedBy = null,
    TokenBudget Budget = default,
    IReadOnlySet<string>? Tools = null,
    bool IsPaused = false,
    bool IsStopped = false,
    TokenKey Key = default)
{
    /// <summary>Whether the owner lets this token use a tool of this name; what its scopes and its maker may do is asked besides.</summary>
    public bool MayUse(string tool) => Tools is null || Tools.Contains(tool);

    /// <summary>The same for the policy.</summary>
    public Principal Principal { get; } = Principal.Token(TokenId, Workspace, Tokens.Scopes.Ceiling(Scopes), CreatedBy);

    /// <summary>The caller of this request.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated; such a request must not come this far.</exception>
    public static Caller Of(ClaimsPrincipal? user) =>
        (user?.Identity as Identity)?.Caller ?? throw new InvalidOperationException("This request has no authenticated caller.");

    public ClaimsPrincipal ToPrincipal() => new(new Identity(this));

    private sealed class Identity(Caller caller) : PrincipalIdentity(caller.TokenId, BearerAuthentication.Scheme)
    {
        public override Principal Principal => caller.Principal;

        public Caller Caller => caller;
    }
}
