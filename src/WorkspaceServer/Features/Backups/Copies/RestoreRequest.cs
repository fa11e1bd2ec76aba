using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>How it stands with a request.</summary>
internal enum RequestState
{
    /// <summary>It waits for somebody with the key.</summary>
    Asked,

    /// <summary>Somebody with the key has begun.</summary>
    Running,

    /// <summary>It was tried in vain, and waits on.</summary>
    Failed,
    Done,
    Declined,
    Withdrawn,

    /// <summary>Nobody did it in time.</summary>
    Lapsed,
}

/// <summary>Somebody's wish for a copy of their workspace as it was.</summary>
/// <param name="CopyName">What the copy is to be called.</param>
/// <param name="Moment">Names a generation in the store; see <see cref="Generations.MomentKey"/>.</param>
/// <param name="Failure">Code of what went wrong the last time.</param>
/// <param name="Outcome">Null as long as it is open, or was left to lapse.</param>
/// <param name="NeedsEarlierKey">Whether the moment is from before the master key was replaced; then only that one restores it.</param>
internal sealed record RestoreRequest(
    string Id,
    WorkspaceId Workspace,
    string WorkspaceName,
    string Person,
    string PersonName,
    string PersonEmail,
    string CopyName,
    string Moment,
    DateTimeOffset AsOf,
    DateTimeOffset AskedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? StartedAt,
    string? Failure,
    DateTimeOffset? ClosedAt,
    RequestState? Outcome,
    string? Reason,
    WorkspaceId? Copy,
    bool NeedsEarlierKey)
{
    public RequestState StateAt(DateTimeOffset now) =>
        Outcome ?? (now >= ExpiresAt ? RequestState.Lapsed
        : StartedAt is not null ? RequestState.Running
        : Failure is not null ? RequestState.Failed
        : RequestState.Asked);

    public bool IsOpenAt(DateTimeOffset now) => StateAt(now) is RequestState.Asked or RequestState.Running or RequestState.Failed;

    /// <summary>As it is stored, shown and sent.</summary>
    public static string NameOf(RequestState state) => state.ToString().ToLowerInvariant();
}
