using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Tokens as the members of a workspace make and end them: their own, or with the permission anybody's.</summary>
internal sealed class TokenDesk(TokenStore tokens, TokenIssuer issuer, TokenUsageStore usage, Policy policy, TimeProvider clock)
{
    /// <summary>Good tokens of one member in one workspace.</summary>
    private const int MaxPerMember = 50;

    private const long SecondsPerDay = 24 * 60 * 60;

    /// <summary>How long an ended token stays in the list.</summary>
    private static readonly TimeSpan ShownAfterEnd = TimeSpan.FromDays(30);

    public IReadOnlyList<TokenRecord> List(WorkspaceId workspace)
    {
        var since = clock.GetUtcNow() - ShownAfterEnd;
        return [.. tokens.List(workspace).Where(token => (token.RevokedAt ?? token.ExpiresAt) > since)];
    }

    public bool MayCreate(ClaimsPrincipal user, WorkspaceId workspace) => policy.May(Principal.Of(user)!, Permissions.TokensCreate, workspace).IsAllowed;

    /// <exception cref="ProblemException">This member has as many as may be.</exception>
    public IssuedToken Create(ClaimsPrincipal user, WorkspaceId workspace, string name, TimeSpan lifetime)
    {
        var person = Principal.Of(user)!.PersonId!;
        if (tokens.List(workspace).Count(token => token.CreatedBy == person && IsGood(token)) >= MaxPerMember)
        {
            throw new ProblemException(ProblemCodes.Forbidden, $"You have {MaxPerMember} tokens here, which is as many as one member may. Revoke one that nobody uses.");
        }

        return issuer.Create(workspace, name, lifetime: lifetime, createdBy: person);
    }

    /// <exception cref="ProblemException">There is no such token here, or it is another member's.</exception>
    public void Revoke(ClaimsPrincipal user, WorkspaceId workspace, string id)
    {
        var token = tokens.List(workspace).FirstOrDefault(each => each.Id == id) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such token in this workspace.");
        if (!MayRevoke(user, workspace, token))
        {
            throw new ProblemException(ProblemCodes.Forbidden, "Somebody else made this token. They can revoke it, and so can an admin.");
        }

        issuer.Revoke(id);
    }

    public TokenRow RowOf(ClaimsPrincipal user, WorkspaceId workspace, TokenRecord token) => new(
        token.Id,
        token.Name,
        Scopes.Format(token.Scopes),
        token.CreatedAt,
        token.ExpiresAt,
        token.RevokedAt is not null ? "revoked" : token.ExpiresAt <= clock.GetUtcNow() ? "ended" : "good",
        token.HiddenColumns.Count,
        usage.Find(token.Id, (int)(clock.GetUtcNow().ToUnixTimeSeconds() / SecondsPerDay)).Rows,
        token.CreatedBy == Principal.Of(user)!.PersonId,
        IsGood(token) && MayRevoke(user, workspace, token));

    private bool IsGood(TokenRecord token) => token.RevokedAt is null && token.ExpiresAt > clock.GetUtcNow();

    private bool MayRevoke(ClaimsPrincipal user, WorkspaceId workspace, TokenRecord token) =>
        (token.CreatedBy is { } by && by == Principal.Of(user)!.PersonId) || policy.May(Principal.Of(user)!, Permissions.TokensRevoke, workspace).IsAllowed;
}
