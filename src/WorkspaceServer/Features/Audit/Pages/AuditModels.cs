namespace WorkspaceServer.Features.Audit.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Client">The chosen one; empty for all. So for the outcome.</param>
/// <param name="Open">The call that is shown whole.</param>
/// <param name="Export">Null if they may not.</param>
public sealed record ActivityModel(
    string Home,
    ActivityToday Today,
    IReadOnlyList<Dashboard.Components.SelectOption> Clients,
    string Client,
    string Outcome,
    int Days,
    IReadOnlyList<CallRow> Calls,
    CallDetail? Open,
    string? Next,
    string? First,
    string? Export);

public sealed record ActivityToday(long Questions, long Rows, long Bytes, long Refused);

/// <param name="Question">The statement, or the tool with its arguments.</param>
public sealed record CallRow(DateTimeOffset At, string Client, string Href, string Question, string Tables, long Rows, long Bytes, double Milliseconds, string Outcome);

/// <param name="Close">The list without it.</param>
public sealed record CallDetail(
    DateTimeOffset At,
    string Client,
    string Program,
    string Tool,
    string? Sql,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<TouchedTable> Touched,
    long Rows,
    long Bytes,
    double Milliseconds,
    string Outcome,
    string Close);

public sealed record TouchedTable(string Name, IReadOnlyList<string> Columns);

/// <param name="Chain">What the last check found; null if nobody checked since the server started.</param>
/// <param name="Action">The chosen one; empty for all.</param>
/// <param name="Actor">Whose entries are shown; null for everybody's.</param>
public sealed record AuditModel(
    string Home,
    ChainState? Chain,
    string Action,
    int Days,
    string? Actor,
    string? Everybody,
    IReadOnlyList<AuditLine> Lines,
    string? Next,
    string? First,
    string? Export);

public sealed record ChainState(bool IsUnbroken, DateTimeOffset CheckedAt, int Findings);

/// <param name="ActorHref">The entries of this one alone.</param>
/// <param name="Document">The whole entry as JSON, if it is open.</param>
public sealed record AuditLine(
    long Number, DateTimeOffset At, string Actor, string ActorHref, string Action, string Meaning, string Target, string From, string Outcome, string Href, string? Document);
