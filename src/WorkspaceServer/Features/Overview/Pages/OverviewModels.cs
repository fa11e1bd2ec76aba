namespace WorkspaceServer.Features.Overview.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <summary>Which workspaces the person may open.</summary>
public sealed record HomeModel(IReadOnlyList<WorkspaceRow> Workspaces, bool MayCreate = false);

/// <param name="Role">Theirs in it, such as "owner".</param>
public sealed record WorkspaceRow(string Name, string Href, string Role, bool IsSuspended = false);

/// <param name="Person">Who is signed in.</param>
public sealed record NewWorkspaceModel(string Person, string Name, string? Error);

/// <param name="Home">The workspace's address, with no slash at its end.</param>
public sealed record FirstDataModel(string Person, string Workspace, string Home, bool HasAgents);

/// <param name="May">What this person may open from here.</param>
/// <param name="Sources">Where the tables come from; empty if there is no table.</param>
/// <param name="Week">Null if they may not see what AI clients do.</param>
/// <param name="Backups">Null if they may not see backups.</param>
/// <param name="Events">The stream that says that there may be a table now; null if there is one, or this person may not see it.</param>
/// <param name="State">Compared with what the stream says.</param>
public sealed record OverviewModel(
    string Workspace,
    string Home,
    DateTimeOffset Now,
    OverviewRights May,
    IReadOnlyList<SourceRow> Sources,
    int Tables,
    long Rows,
    DateTimeOffset? AsOf,
    long Bytes,
    WeekOfQuestions? Week,
    IReadOnlyList<WaitingItem> Decisions,
    OverviewBackups? Backups = null,
    string? Events = null,
    string State = "");

public sealed record OverviewRights(bool Tables, bool Import, bool Activity, bool Connect, bool Pair = false);

/// <param name="IsReconciled">Whether the totals of what was sent agree with the source's; null if no agent sends it.</param>
public sealed record SourceRow(string Name, int Tables, long Rows, DateTimeOffset AsOf, bool? IsReconciled = null);

/// <param name="IsOn">Whether this server makes backups at all.</param>
/// <param name="LastAt">When the last whole one with this workspace in it was begun.</param>
/// <param name="ProvenAt">When a restore last brought everything back.</param>
public sealed record OverviewBackups(bool IsOn, bool IsLate, DateTimeOffset? LastAt, DateTimeOffset? ProvenAt);

/// <summary>Something that waits for a person.</summary>
public sealed record WaitingItem(string Icon, string Title, string Text, string Action, string Href);

/// <summary>What AI clients asked, day by day, oldest first.</summary>
public sealed record WeekOfQuestions(IReadOnlyList<DayOfQuestions> Days, IReadOnlyList<ClientToday> Clients);

public sealed record DayOfQuestions(DateTimeOffset Day, long Answered, long Refused, long Rows);

/// <param name="RowsToday">Read today (UTC).</param>
public sealed record ClientToday(string Name, long RowsToday, long RowsAllowed);
