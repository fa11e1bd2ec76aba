namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>A request for a copy, as the JSON interface shows it to owners and to whoever runs the server.</summary>
/// <param name="State">asked, running, failed, done, declined, withdrawn or lapsed. What failed waits on.</param>
/// <param name="AskedBy">The id of a person.</param>
/// <param name="Failure">The code of what went wrong the last time.</param>
/// <param name="Reason">Why it was declined.</param>
/// <param name="Copy">The id of the copy.</param>
/// <param name="NeedsEarlierKey">Whether only the master key of then restores it.</param>
internal sealed record RequestItem(
    string Id,
    string State,
    string Workspace,
    string AskedBy,
    string Name,
    string Moment,
    DateTimeOffset AsOf,
    DateTimeOffset AskedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? StartedAt,
    string? Failure,
    string? Reason,
    string? Copy,
    bool NeedsEarlierKey)
{
    public static RequestItem Of(RestoreRequest request, DateTimeOffset now) => new(
        request.Id,
        RestoreRequest.NameOf(request.StateAt(now)),
        request.Workspace.ToString(),
        request.Person,
        request.CopyName,
        request.Moment,
        request.AsOf,
        request.AskedAt,
        request.ExpiresAt,
        request.StartedAt,
        request.Failure,
        request.Reason,
        request.Copy?.ToString(),
        request.NeedsEarlierKey);
}
