using System.Text.Json.Serialization;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>What somebody signs in with besides a password.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SecondFactor>))]
internal enum SecondFactor
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("app")]
    App,

    [JsonStringEnumMemberName("passkey")]
    Passkey,

    /// <summary>They sign in at an identity provider, which answers for it.</summary>
    [JsonStringEnumMemberName("provider")]
    Provider,

    /// <summary>Codes by short message.</summary>
    [JsonStringEnumMemberName("message")]
    Message,
}

/// <param name="Permissions">Names of all that the member may do when not suspended.</param>
/// <param name="LastUsed">The day; null if never.</param>
/// <param name="Since">When they became a member.</param>
internal sealed record ReviewedMember(
    string Person,
    string Email,
    string Name,
    string Role,
    IReadOnlyList<string> CustomRoles,
    IReadOnlyList<string> Permissions,
    bool IsSuspended,
    SecondFactor SecondFactor,
    DateTimeOffset? LastUsed,
    DateTimeOffset Since,
    IReadOnlyList<ReviewedToken> Tokens,
    IReadOnlyList<ReviewedClient> Clients);

/// <summary>Who may do what in a workspace, and whether that was looked at in time.</summary>
/// <param name="OtherTokens">Made by the operator, and so worth all their scopes allow.</param>
internal sealed record AccessReport(
    DateTimeOffset At,
    IReadOnlyList<ReviewedMember> Members,
    IReadOnlyList<ReviewedToken> OtherTokens,
    DateTimeOffset? LastSignedAt,
    DateTimeOffset DueAt,
    bool IsDue);

/// <summary>Puts together who may do what in a workspace, and keeps who looked at it and when.</summary>
internal sealed class AccessReviews(ReviewStore reviews, MembershipStore members, CustomRoleStore roles, AuditLog audit, TimeProvider clock)
{
    /// <summary>How long a sign-off is good; a new workspace has as long until its first.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromDays(90);

    public const int MaxNoteLength = 500;

    /// <summary>Members of one report. A workspace with more is no case of this product.</summary>
    private const int MaxMembers = 10_000;

    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public AccessReport Report(WorkspaceId workspace)
    {
        var now = clock.GetUtcNow();
        var createdAt = reviews.CreatedAt(workspace) ?? throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        var lastSignedAt = reviews.List(workspace, before: null, limit: 1) is [var last] ? last.SignedAt : (DateTimeOffset?)null;
        var dueAt = (lastSignedAt ?? createdAt) + Interval;
        var custom = roles.List(workspace).ToDictionary(role => role.Id);
        var tokens = reviews.Tokens(workspace, now).ToLookup(token => token.CreatedBy ?? "");
        var clients = reviews.Clients(workspace, now).ToLookup(client => client.GrantedBy);
        var uses = reviews.LastUses(workspace);
        var factors = reviews.SecondFactors(workspace);
        return new AccessReport(
            now,
            [.. members.List(workspace, after: null, MaxMembers).Select(member => Line(member, custom, uses, factors[member.Person], [.. tokens[member.Person]], [.. clients[member.Person]]))],
            [.. tokens[""]],
            lastSignedAt,
            dueAt,
            now >= dueAt);
    }

    /// <summary>Stores the report as it is now, with who signed it.</summary>
    public SignOff Sign(Principal actor, WorkspaceId workspace, string note)
    {
        note = note.Trim();
        if (note.Length > MaxNoteLength || note.Any(char.IsControl))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A note has up to {MaxNoteLength} characters and no line breaks.");
        }

        var report = Report(workspace);
        var signOff = new SignOff(Guid.CreateVersion7(report.At).ToString("n"), actor.PersonId, report.At, note);
        using var connection = reviews.Open();
        connection.Begin();
        ReviewStore.Add(connection, workspace, signOff, report);
        audit.Append(connection, new AuditEntry(AuditActions.AccessReviewSigned) { Target = ("access_review", signOff.Id), Workspace = workspace });
        connection.Commit();
        return signOff;
    }

    public IReadOnlyList<SignOff> SignOffs(WorkspaceId workspace, string? before, int limit) => reviews.List(workspace, before, limit);

    private static ReviewedMember Line(
        Member member,
        Dictionary<string, CustomRole> custom,
        IReadOnlyDictionary<string, DateTimeOffset> uses,
        SecondFactor factor,
        IReadOnlyList<ReviewedToken> tokens,
        IReadOnlyList<ReviewedClient> clients)
    {
        var held = member.CustomRoles.Select(id => custom[id]).ToArray();
        return new ReviewedMember(
            member.Person,
            member.Email,
            member.Name,
            Roles.NameOf(member.Role),
            [.. held.Select(role => role.Name)],
            [.. Roles.Effective(member.Role, held).Select(permission => permission.Name)],
            member.SuspendedAt is not null,
            factor,
            uses.TryGetValue(member.Person, out var day) ? day : null,
            member.Since,
            tokens,
            clients);
    }
}
