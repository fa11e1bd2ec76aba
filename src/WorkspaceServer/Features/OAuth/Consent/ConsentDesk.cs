using System.Globalization;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Exchange;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.OAuth.Consent;

/// <summary>What a person allows.</summary>
internal sealed record Consented(WorkspaceId Workspace, IReadOnlyList<string> Scopes, TimeSpan Lifetime, long RowsPerDay, IReadOnlyList<string> HiddenColumns);

/// <summary>Turns a person's yes into a grant and a code, and writes down a no.</summary>
internal sealed class ConsentDesk(GrantStore grants, MembershipStore members, ColumnRules columns, Policy policy, AuditLog audit, HandshakeBook handshakes, PublicAddress address, TimeProvider clock)
{
    /// <summary>A code is good once, for this long (RFC 6749, section 4.1.2, allows ten times as much).</summary>
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(60);

    /// <summary>The workspaces into which this person may let clients.</summary>
    public IReadOnlyList<OwnMembership> WorkspacesOf(string person) =>
        [.. members.ListOf(person).Where(own => policy.May(Principal.Person(person), Permissions.ClientsApprove, own.Workspace).IsAllowed)];

    /// <summary>
    /// What the person is asked: what the client asks for and, unticked, what else they could let it do: propose questions, and read private columns where a
    /// workspace of theirs has some. Clients do not know to ask for them; the server may grant another scope than was asked for, and says which (RFC 6749, section 3.3).
    /// </summary>
    public IReadOnlyList<string> Offered(string person, AuthorizeRequest request)
    {
        bool Anywhere(Func<WorkspaceId, bool> fits) => WorkspacesOf(person).Any(own => fits(own.Workspace));
        bool IsOffered(string scope) => request.Scopes.Contains(scope) || scope switch
        {
            Scopes.ActionsPropose => Anywhere(workspace => May(person, Permissions.ProposalsMake, workspace)),
            Scopes.DataPrivate => Anywhere(workspace => May(person, Permissions.ColumnsPrivate, workspace) && columns.HasPrivate(workspace)),
            _ => false,
        };
        return [.. Scopes.All.Where(IsOffered)];
    }

    /// <returns>The code.</returns>
    /// <exception cref="ProblemException">The person may not let clients into this workspace or not let them do this much, or an owner has paused this one.</exception>
    public string Allow(string person, AuthorizeRequest request, Consented consented)
    {
        void Heard(HandshakeOutcome outcome, string? grant) => handshakes.Answered(request.Mark, person, outcome, (request.Client.Id, request.Client.Name), consented.Workspace, grant);
        try
        {
            var (code, grant) = Grant(person, request, consented);
            Heard(HandshakeOutcome.Done, grant);
            return code;
        }
        catch (ProblemException)
        {
            Heard(HandshakeOutcome.NotAllowed, null);
            throw;
        }
    }

    public Task DenyAsync(string person, AuthorizeRequest request)
    {
        handshakes.Answered(request.Mark, person, HandshakeOutcome.Denied, (request.Client.Id, request.Client.Name), workspace: null, grant: null);
        return audit.RecordAsync(new AuditEntry(AuditActions.OAuthDenied)
        {
            Details = [("client", request.Client.Name), ("redirect_host", RedirectAddress.HostOf(request.RedirectUri))],
        });
    }

    private (string Code, string Grant) Grant(string person, AuthorizeRequest request, Consented consented)
    {
        var now = clock.GetUtcNow();
        var grant = new OAuthGrant(
            Guid.CreateVersion7(now).ToString("n"),
            request.Client.Id,
            consented.Workspace,
            person,
            request.RedirectUri,
            ProtectedResource.Of(address),
            consented.Scopes,
            Tools: null,
            consented.HiddenColumns,
            consented.RowsPerDay,
            now,
            now + consented.Lifetime,
            ConnectedAt: null,
            UsedAt: null,
            PausedAt: null,
            RevokedAt: null);
        var code = SecretToken.Create(SecretToken.CodePrefix);
        SecretToken.TryHash(SecretToken.CodePrefix, code, out var sha256);
        using var connection = grants.Open();
        connection.Begin();
        var more = Scopes.Ceiling(consented.Scopes.Except(Scopes.Default));
        Policy.Require(connection, Principal.Person(person), consented.Workspace, PermissionSet.Of(Permissions.ClientsApprove).With(more));
        if (GrantStore.IsPaused(connection, request.Client.Id, consented.Workspace))
        {
            throw new ProblemException(ProblemCodes.ClientPaused, "An owner has paused this AI client in this workspace. Let it go on there, or end its access, before it is connected again.");
        }

        GrantStore.Add(connection, grant);
        TokenPairStore.AddCode(connection, sha256!, grant.Id, request.Challenge, now + CodeLifetime);
        Record(connection, grant, request);
        connection.Commit();
        return (code, grant.Id);
    }

    private bool May(string person, Permission permission, WorkspaceId workspace) => policy.May(Principal.Person(person), permission, workspace).IsAllowed;

    private void Record(ControlConnection connection, OAuthGrant grant, AuthorizeRequest request) => audit.Append(connection, new AuditEntry(AuditActions.OAuthGranted)
    {
        Target = ("oauth_grant", grant.Id),
        Workspace = grant.Workspace,
        Details =
        [
            ("client", request.Client.Name),
            ("verified_host", request.Client.VerifiedHost),
            ("redirect_host", RedirectAddress.HostOf(request.RedirectUri)),
            ("scopes", grant.Scopes),
            ("hidden_columns", grant.HiddenColumns),
            ("rows_per_day", grant.RowsPerDay),
            ("expires_at", grant.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)),
        ],
    });
}
