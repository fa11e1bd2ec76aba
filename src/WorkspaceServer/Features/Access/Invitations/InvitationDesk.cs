using WorkspaceServer.Control;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.Access.Invitations;

/// <param name="Secret">Goes to the invited address and nowhere else. Shown once.</param>
internal sealed record IssuedInvitation(Invitation Invitation, string Secret);

/// <summary>Makes, withdraws and redeems invitations: good once, for 7 days, for one address and one role.</summary>
internal sealed class InvitationDesk(InvitationStore invitations, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Most open invitations of one workspace.</summary>
    public const int MaxOpen = 200;

    public IReadOnlyList<Invitation> List(WorkspaceId workspace, string? before, int limit) => invitations.List(workspace, before, limit);

    /// <exception cref="ProblemException">The address is none, or the actor may not give this role.</exception>
    public IssuedInvitation Create(Principal actor, WorkspaceId workspace, string email, Role role)
    {
        if (!EmailAddress.IsValid(email))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"An address is written as name@example.com and has at most {EmailAddress.MaxLength} characters.");
        }

        var secret = SecretToken.Create(SecretToken.InvitationPrefix);
        SecretToken.TryHash(SecretToken.InvitationPrefix, secret, out var sha256);
        var now = clock.GetUtcNow();
        var invitation = new Invitation(
            Guid.CreateVersion7(now).ToString("n"), workspace, email.Trim(), role, actor.PersonId, now, now + Lifetime, AcceptedAt: null, RevokedAt: null);
        using var connection = invitations.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, NeededFor(role));
        if (!InvitationStore.Add(connection, invitation, sha256!, MaxOpen))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"{MaxOpen} invitations are open. Withdraw some first.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.MemberInvited)
        {
            Target = ("invitation", invitation.Id),
            Workspace = workspace,
            Details = [("role", Roles.NameOf(role))],
        });
        connection.Commit();
        return new IssuedInvitation(invitation, secret);
    }

    /// <summary>What an invitation is for, if it is good now and this person's. Uses nothing up.</summary>
    public SeenInvitation? Look(string person, string secret) =>
        SecretToken.TryHash(SecretToken.InvitationPrefix, secret, out var sha256) ? invitations.Look(sha256, person, clock.GetUtcNow()) : null;

    /// <summary>Makes the person a member. They must have the address that was invited, and have shown that it is theirs.</summary>
    /// <remarks>An invitation is worth what its maker may give when it is redeemed, not when it was made.</remarks>
    /// <exception cref="ProblemException">It is unknown, used, expired, withdrawn, or for somebody else: one answer for all. Or they are a member already.</exception>
    public Invitation Accept(string person, string secret)
    {
        if (!SecretToken.TryHash(SecretToken.InvitationPrefix, secret, out var sha256))
        {
            throw NotGood();
        }

        var now = clock.GetUtcNow();
        using var connection = invitations.Open();
        connection.Begin();
        var invitation = InvitationStore.Accept(connection, sha256, person, now) ?? throw NotGood();
        RequireMaker(connection, invitation);
        if (!MembershipStore.Add(connection, invitation.Workspace, person, invitation.Role, now))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, "You are a member of this workspace already.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.InvitationAccepted)
        {
            Target = ("invitation", invitation.Id),
            Workspace = invitation.Workspace,
            Details = [("person", person), ("role", Roles.NameOf(invitation.Role))],
        });
        connection.Commit();
        changes.Changed();
        return invitation;
    }

    /// <exception cref="ProblemException">There is none to withdraw.</exception>
    public void Revoke(Principal actor, WorkspaceId workspace, string id)
    {
        using var connection = invitations.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(Permissions.MembersInvite));
        if (!InvitationStore.Revoke(connection, workspace, id, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such open invitation in this workspace.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.InvitationRevoked) { Target = ("invitation", id), Workspace = workspace });
        connection.Commit();
    }

    private static void RequireMaker(ControlConnection connection, Invitation invitation)
    {
        try
        {
            var maker = invitation.CreatedBy is { } member ? Principal.Person(member) : Principal.Operator;
            Policy.Require(connection, maker, invitation.Workspace, NeededFor(invitation.Role));
        }
        catch (ProblemException refusal)
        {
            throw NotGood(refusal);
        }
    }

    private static PermissionSet NeededFor(Role role) => Roles.PermissionsOf(role).With(PermissionSet.Of(Permissions.MembersInvite));

    private static ProblemException NotGood(Exception? inner = null) =>
        new(ProblemCodes.NotFound, "This invitation is not good for you: it was used or withdrawn, is too old, or was sent to another address.", inner);
}
