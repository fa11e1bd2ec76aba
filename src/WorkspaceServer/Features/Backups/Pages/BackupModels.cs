using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups.Pages;

// What the page shows and the JSON interface gives. Public, since Razor makes components and so their parameters public.

/// <param name="Region">Where the workspace is kept; null if whoever runs the server has not said.</param>
/// <param name="IsOn">Whether this server makes backups at all.</param>
/// <param name="BackupCountry">Where its backups are kept, as two letters; null if that is not said either.</param>
/// <param name="LastAt">The moment that the last whole backup holds; null if the workspace is in none.</param>
/// <param name="Bytes">How large its copy is, encrypted.</param>
/// <param name="IsLate">Whether a night was missed.</param>
/// <param name="PackMinutes">How often changes are saved between the nights; 0 for never.</param>
/// <param name="DrilledAt">When a restore was last practised and everything came back; null if never.</param>
/// <param name="DrillSeconds">How long it took then from nothing to a server that answers.</param>
/// <param name="Nights">The last attempts, newest first.</param>
public sealed record BackupsModel(
    string Workspace, string? Region, bool IsOn, string? BackupCountry, DateTimeOffset? LastAt, long? Bytes, bool IsLate, DateTimeOffset NextAt, int PackMinutes, int RetentionDays, DateTimeOffset? DrilledAt,
    double? DrillSeconds, IReadOnlyList<BackupNight> Nights);

/// <param name="Outcome">"running", "ok" or the code of what went wrong.</param>
public sealed record BackupNight(DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Outcome);

/// <param name="Moments">What the workspace can be brought back to, newest first; null if nobody can say now.</param>
/// <param name="IsCut">Whether there are more moments than these.</param>
/// <param name="MayAsk">Whether who looks may ask for a copy, and see what became of that.</param>
/// <param name="Request">The newest request for a copy.</param>
/// <param name="Events">Where the page hears that the request changed; null if it does not.</param>
/// <param name="State">What it was drawn with.</param>
public sealed record BackupsView(
    BackupsModel Backups, string Path, IReadOnlyList<MomentRow>? Moments, bool IsCut, bool MayAsk, CopyRequestView? Request, string? Events, string State);

/// <param name="AsOf">Null if it cannot be read.</param>
/// <param name="IsWhole">Else it holds what changed since the one before.</param>
/// <param name="CopyHref">Where a copy of it is asked for; null if that cannot be done.</param>
/// <param name="ChangesHref">Where the changes after it are listed; null if they are listed here, or it is none of a night.</param>
public sealed record MomentRow(DateTimeOffset? AsOf, bool IsWhole, long Bytes, bool NeedsEarlierKey, string? CopyHref, string? ChangesHref);

/// <param name="State">asked, running, failed, done, declined, withdrawn or lapsed.</param>
/// <param name="By">Who asked.</param>
/// <param name="Failure">The code of what went wrong the last time.</param>
/// <param name="Reason">Why it was declined.</param>
/// <param name="Href">The copy, if who looks is a member of it.</param>
public sealed record CopyRequestView(
    string Id, string State, string By, string Name, DateTimeOffset AsOf, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, DateTimeOffset? StartedAt, DateTimeOffset? ClosedAt, string? Failure, string? Reason, string? Href);

/// <param name="Days">How long the request waits for somebody with the key.</param>
public sealed record CopyModel(string Back, string Action, string Moment, DateTimeOffset AsOf, bool IsWhole, long Bytes, string Name, int Days, FormProblems? Problems);
