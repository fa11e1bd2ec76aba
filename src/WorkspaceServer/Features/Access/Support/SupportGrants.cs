using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>Opens a workspace to a super admin who is no member: for a reason, for some hours, to read. Its owners see it, and each read.</summary>
internal sealed class SupportGrants(SupportStore grants, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    public static readonly TimeSpan MaxDuration = TimeSpan.FromHours(4);

    /// <summary>Shortest and longest reason or note, in characters.</summary>
    public const int MinReasonLength = 10;

    public const int MaxReasonLength = 500;

    /// <summary>Longest description of a read, in characters.</summary>
    private const int MaxWhatLength = 1_000;

    public IReadOnlyList<SupportGrant> List(WorkspaceId? workspace, string? before, int limit) => grants.List(workspace, before, limit);

    /// <exception cref="ProblemException">There is no such grant.</exception>
    public WorkspaceId WorkspaceOf(string id) => grants.WorkspaceOf(id) ?? throw NoSuchGrant();

    /// <param name="person">The super admin who will read.</param>
    /// <exception cref="ProblemException">An argument is out of bounds, or there is no such workspace or super admin.</exception>
    public SupportGrant Create(string person, WorkspaceId workspace, string reason, TimeSpan duration)
    {
        reason = CheckedText(reason);
        if (duration <= TimeSpan.Zero || duration > MaxDuration)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A support grant lasts up to {MaxDuration.TotalHours:0} hours.");
        }

        var now = clock.GetUtcNow();
        var grant = new SupportGrant(Guid.CreateVersion7(now).ToString("n"), workspace, person, reason, now, now + duration, null, null, null, null, 0);
        using var connection = grants.Open();
        connection.Begin();
        if (!SupportStore.Add(connection, grant))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such workspace, or the person is no super admin, or is a member of it and needs no grant.");
        }

        Record(connection, AuditActions.SupportGranted, grant.Id, workspace, ("person", person), ("reason", reason), ("minutes", (long)duration.TotalMinutes));
        connection.Commit();
        changes.Changed();
        return grant;
    }

    /// <exception cref="ProblemException">The actor may not, or there is no such grant, or it is over.</exception>
    public void End(Principal actor, WorkspaceId workspace, string id)
    {
        using var connection = grants.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(Permissions.SupportEnd));
        if (!SupportStore.End(connection, workspace, id, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such open support grant in this workspace.");
        }

        Record(connection, AuditActions.SupportRevoked, id, workspace);
        connection.Commit();
        changes.Changed();
    }

    /// <summary>Signs off a grant that is over, after looking at what was read.</summary>
    /// <exception cref="ProblemException">The actor may not, there is no such grant, or it is not over, is signed off, or is the actor's own.</exception>
    public void Review(Principal actor, WorkspaceId workspace, string id, string note)
    {
        note = CheckedText(note);
        using var connection = grants.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(Permissions.SupportReview));
        if (SupportStore.Find(connection, workspace, id) is null)
        {
            throw NoSuchGrant();
        }

        if (!SupportStore.Review(connection, workspace, id, actor.PersonId, note, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.InUse, "Only a grant that is over can be signed off, once, and by somebody else than the person who had it.");
        }

        Record(connection, AuditActions.SupportReviewed, id, workspace, ("note", note));
        connection.Commit();
    }

    /// <summary>Notes one read. It comes before the read, so that none goes unrecorded.</summary>
    public void RecordRead(string grant, WorkspaceId workspace, string what)
    {
        what = what.Length <= MaxWhatLength ? what : what[..MaxWhatLength];
        using var connection = grants.Open();
        connection.Begin();
        SupportStore.AddRead(connection, grant, what, clock.GetUtcNow());
        Record(connection, AuditActions.SupportUsed, grant, workspace, ("what", what));
        connection.Commit();
    }

    /// <summary>What was read under a grant, oldest first.</summary>
    public IReadOnlyList<SupportRead> Reads(WorkspaceId workspace, string grant, long after, int limit) => grants.Reads(workspace, grant, after, limit);

    private void Record(ControlConnection connection, AuditAction action, string grant, WorkspaceId workspace, params (string, object?)[] details) =>
        audit.Append(connection, new AuditEntry(action) { Target = ("support_grant", grant), Workspace = workspace, Details = details });

    private static string CheckedText(string text)
    {
        text = text.Trim();
        return text.Length is >= MinReasonLength and <= MaxReasonLength && !text.Any(char.IsControl)
            ? text
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"Say why in {MinReasonLength} to {MaxReasonLength} characters, without line breaks.");
    }

    private static ProblemException NoSuchGrant() => new(ProblemCodes.NotFound, "There is no such support grant in this workspace.");
}
