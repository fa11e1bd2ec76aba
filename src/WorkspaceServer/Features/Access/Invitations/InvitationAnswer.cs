namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>An invitation as the JSON interface shows it.</summary>
/// <param name="State">open, accepted, revoked or expired.</param>
/// <param name="Secret">Only in the answer that made it.</param>
internal sealed record InvitationAnswer(
    string Id, string Email, Role Role, string State, string? CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Secret)
{
    public static InvitationAnswer Of(Invitation invitation, DateTimeOffset now, string? secret = null) => new(
        invitation.Id, invitation.Email, invitation.Role, invitation.StateAt(now), invitation.CreatedBy, invitation.CreatedAt, invitation.ExpiresAt, secret);
}
