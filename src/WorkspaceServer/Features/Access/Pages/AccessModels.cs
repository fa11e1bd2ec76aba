namespace WorkspaceServer.Features.Access.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Error">Why it cannot be accepted; null while it can.</param>
public sealed record InvitationModel(string Token, string Person, string Workspace, string Role, string? InvitedBy, DateTimeOffset ExpiresAt, string? Error);

/// <param name="Roles">From the least to the most; what the person who asks may give.</param>
/// <param name="Permissions">One row each; which roles have it.</param>
/// <param name="Invite">Null if they may not invite.</param>
public sealed record TeamModel(
    string Workspace,
    IReadOnlyList<MemberRow> Members,
    IReadOnlyList<InvitedRow> Invited,
    IReadOnlyList<string> Roles,
    IReadOnlyList<PermissionRow> Permissions,
    InviteForm? Invite,
    TeamActions Actions);

/// <summary>Where the forms of the page go.</summary>
public sealed record TeamActions(string ChangeRole, string Suspend, string Unsuspend, string WithdrawInvitation);

/// <param name="SignIn">How they prove who they are, such as "Passkey"; weak if a password is all.</param>
/// <param name="MayChange">Whether the person who asks may change or suspend this one.</param>
public sealed record MemberRow(
    string Id, string Name, string Email, string Role, string SignIn, bool IsWeak, DateTimeOffset? LastSeenAt, bool IsSuspended, bool IsYou, bool MayChange);

public sealed record InvitedRow(string Id, string Email, string Role, DateTimeOffset InvitedAt, DateTimeOffset ExpiresAt);

/// <param name="Holders">For each role of <see cref="TeamModel.Permissions"/>' table, whether it holds this.</param>
public sealed record PermissionRow(string Meaning, IReadOnlyList<bool> Holders);

public sealed record InviteForm(string Action, string? Email, string? Error);
