using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Team.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Seen">Null if it cannot be accepted; the error says why.</param>
public sealed record InvitationModel(string Token, string Person, SeenInvitation? Seen, string? Error = null);

/// <param name="Home">The address of the team's pages, with no slash at its end.</param>
/// <param name="Permissions">One row each; which of owner, admin, member and viewer have it.</param>
/// <param name="ReviewDueAt">When the access review is due; null if they may not sign it.</param>
public sealed record TeamModel(
    string Workspace,
    string Home,
    IReadOnlyList<MemberRow> Members,
    IReadOnlyList<InvitedRow> Invited,
    IReadOnlyList<PermissionRow> Permissions,
    IReadOnlyList<CustomRoleRow> CustomRoles,
    TeamRights May,
    DateTimeOffset? ReviewDueAt,
    bool IsReviewDue);

public sealed record TeamRights(bool Invite, bool ManageRoles, bool Remove = false);

/// <param name="SignIn">How they prove who they are, such as "Passkey"; weak if a password is all.</param>
/// <param name="IsIdle">They were not here for so long that they may not need it any more.</param>
public sealed record MemberRow(string Href, string Name, string Email, string Role, string SignIn, bool IsWeak, DateTimeOffset? LastSeenAt, bool IsSuspended, bool IsYou, bool IsIdle = false);

public sealed record InvitedRow(string Id, string Email, string Role, DateTimeOffset ExpiresAt);

/// <param name="Holders">For each role of the table, whether it holds this.</param>
public sealed record PermissionRow(string Meaning, IReadOnlyList<bool> Holders);

/// <param name="Grants">What it adds, in words.</param>
/// <param name="Denials">What it takes away, whatever else grants it.</param>
public sealed record CustomRoleRow(string Id, string Name, IReadOnlyList<string> Grants, IReadOnlyList<string> Denials);

/// <param name="Roles">From the least to the most; what the person who asks may give.</param>
public sealed record InviteModel(string Home, IReadOnlyList<string> Roles, string Email, FormProblems? Problems);

/// <param name="Clients">AI clients that they let in; empty for who may not see those.</param>
/// <param name="MayGive">The roles that the person who asks may give to this one; empty if none.</param>
public sealed record MemberModel(
    string Home,
    string Id,
    string Name,
    string Email,
    string Role,
    IReadOnlyList<string> Permissions,
    string SignIn,
    bool IsWeak,
    DateTimeOffset? LastSeenAt,
    bool IsSuspended,
    bool IsYou,
    IReadOnlyList<string> Tokens,
    IReadOnlyList<ReviewedClientRow> Clients,
    IReadOnlyList<string> MayGive,
    IReadOnlyList<RoleChoice> CustomRoles,
    bool MaySuspend,
    bool MayRemove,
    bool MayLeave,
    FormProblems? Problems);

public sealed record RoleChoice(string Id, string Name, bool IsHeld);

public sealed record NewRoleModel(string Home, string Name, IReadOnlyList<PermissionChoice> Permissions, FormProblems? Problems);

/// <param name="MayGrant">Whether the person who asks holds it: nobody gives what they do not have.</param>
public sealed record PermissionChoice(string Name, string Meaning, bool MayGrant, bool IsGranted, bool IsDenied);

/// <param name="Csv">Where the same is for a spreadsheet.</param>
/// <param name="Clients">AI clients that members let in.</param>
/// <param name="OtherTokens">Names of tokens that the operator made.</param>
public sealed record ReviewModel(
    string Home,
    string Csv,
    IReadOnlyList<ReviewRow> Members,
    IReadOnlyList<ReviewedClientRow> Clients,
    IReadOnlyList<string> OtherTokens,
    DateTimeOffset DueAt,
    bool IsDue,
    IReadOnlyList<SignOffRow> SignOffs,
    string Note,
    FormProblems? Problems);

public sealed record ReviewRow(
    string Href, string Name, string Email, string Role, int Permissions, string SignIn, bool IsWeak, DateTimeOffset? LastUsed, bool IsSuspended, int Tokens);

/// <param name="VerifiedHost">The host that vouches for it; null if it only says who it is.</param>
/// <param name="Person">Who let it in.</param>
public sealed record ReviewedClientRow(string Href, string Name, string? VerifiedHost, string Person, string May, bool IsPaused, DateTimeOffset EndsAt, DateTimeOffset? LastUsed);

public sealed record SignOffRow(string By, DateTimeOffset At, string Note);

public sealed record SupportModel(string Action, IReadOnlyList<SupportRow> Grants, bool MayEnd, bool MayReview);

/// <param name="State">open, to_review or reviewed.</param>
/// <param name="Problems">What is wrong with the note that was sent for this one.</param>
public sealed record SupportRow(
    string Id,
    string Person,
    string Reason,
    string State,
    DateTimeOffset From,
    DateTimeOffset Until,
    long ReadCount,
    IReadOnlyList<SupportReadRow> Reads,
    string? ReviewedBy,
    string? ReviewNote,
    FormProblems? Problems);

public sealed record SupportReadRow(DateTimeOffset At, string What);

/// <param name="Idle">Minutes as they were typed; empty if the server's own are good enough.</param>
public sealed record SettingsModel(string Action, string Idle, int ServerIdleMinutes, FormProblems? Problems);

internal static class Words
{
    /// <summary>With a capital first letter.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
