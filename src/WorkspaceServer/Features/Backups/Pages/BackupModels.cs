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
