namespace WorkspaceServer.Features.Access.Support;

/// <summary>A support grant as the JSON interface shows it.</summary>
/// <param name="State">open, to_review or reviewed.</param>
internal sealed record SupportAnswer(
    string Id,
    string Workspace,
    string Person,
    string Reason,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? ReviewedAt,
    string? ReviewedBy,
    string? ReviewNote,
    long Reads)
{
    public static SupportAnswer Of(SupportGrant grant, DateTimeOffset now) => new(
        grant.Id,
        grant.Workspace.ToString(),
        grant.Person,
        grant.Reason,
        grant.StateAt(now),
        grant.CreatedAt,
        grant.ExpiresAt,
        grant.EndedAt,
        grant.ReviewedAt,
        grant.ReviewedBy,
        grant.ReviewNote,
        grant.Reads);
}
