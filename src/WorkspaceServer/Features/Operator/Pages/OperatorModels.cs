using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Count">On the whole server.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
/// <param name="First">The address of the first page; null on that one.</param>
/// <param name="Held">Deleted ones that can be brought back.</param>
public sealed record WorkspacesModel(string Action, long Count, IReadOnlyList<OperatedWorkspace> Workspaces, string? Next, string? First, IReadOnlyList<HeldWorkspace> Held);

/// <param name="Until">When its key and its file are destroyed.</param>
public sealed record HeldWorkspace(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset Until);

/// <param name="Bytes">Of its encrypted file.</param>
/// <param name="ChangedAt">When the file was last written to.</param>
public sealed record OperatedWorkspace(string Id, string Name, DateTimeOffset CreatedAt, long Bytes, DateTimeOffset? ChangedAt);

/// <param name="Count">On the whole server.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
/// <param name="First">The address of the first page; null on that one.</param>
public sealed record PeopleModel(string Action, long Count, IReadOnlyList<OperatedPerson> People, string? Next, string? First, FormProblems? Problems);

/// <param name="HasApp">Whether they have an authenticator app.</param>
public sealed record OperatedPerson(string Id, string Name, string Email, bool RunsServer, bool HasApp, DateTimeOffset CreatedAt, bool IsSuspended, bool IsYou);

/// <param name="IsAsked">Whether one is being made or comes next.</param>
/// <param name="Problem">Why the store could not be read.</param>
/// <param name="DrilledAt">When a restore was last practised and everything came back.</param>
public sealed record OperatorBackupsModel(string Action, bool IsOn, bool IsAsked, RunningBackup? Running, string? Events, string State, string? Problem, DateTimeOffset? DrilledAt, IReadOnlyList<BackupAttempt> Attempts, IReadOnlyList<StoredBackup> Stored)
{
    /// <summary>Copies that owners wait for, oldest first.</summary>
    public IReadOnlyList<AskedCopy> Asked { get; init; } = [];

    /// <summary>What was typed to decline one, and why it was not taken.</summary>
    public RefusedDecline? Refused { get; init; }
}

/// <param name="Failure">The code of what went wrong the last time; null if nothing did.</param>
/// <param name="NeedsEarlierKey">Whether it is from before the master key was replaced.</param>
public sealed record AskedCopy(
    string Id, string Workspace, string Name, string By, DateTimeOffset AsOf, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, DateTimeOffset? StartedAt, string? Failure, bool NeedsEarlierKey);

public sealed record RefusedDecline(string Request, string Reason, string Message);

public sealed record BackupAttempt(DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Outcome, string? Message, long Files, long Kept, long Bytes);

/// <param name="IsWhole">Else it holds what changed since the one before.</param>
/// <param name="At">Null if it cannot be trusted.</param>
/// <param name="Findings">What is wrong with it; empty if nothing.</param>
public sealed record StoredBackup(string Id, bool IsWhole, DateTimeOffset? At, int Files, long Bytes, string Findings);

public sealed record OperatorSupportModel(
    string Action, IReadOnlyList<GivenSupport> Grants, IReadOnlyList<SelectOption> Workspaces, string Workspace, string Reason, string Minutes, FormProblems? Problems);

/// <param name="State">open, to_review or reviewed.</param>
public sealed record GivenSupport(string Workspace, string Href, string Person, string Reason, string State, DateTimeOffset From, DateTimeOffset Until, long Reads);

/// <param name="Findings">What is wrong first.</param>
public sealed record DoctorModel(IReadOnlyList<DoctorFinding> Findings);

/// <param name="State">Ok, Warn, Fail or Skipped.</param>
/// <param name="About">The file or setting; null if it is about none.</param>
/// <param name="Cure">What mends it; null if nothing has to be mended.</param>
public sealed record DoctorFinding(string State, string Check, string Text, string? About, string? Cure);

/// <summary>Every limit in force.</summary>
public sealed record LimitsModel(IReadOnlyList<LimitedClassRow> Classes, IReadOnlyList<BoundRow> Others, IReadOnlyList<LimitedEndpointRow> Endpoints);

/// <param name="By">What is counted: address, person or token.</param>
/// <param name="IsKept">Whether a restart keeps the count.</param>
public sealed record LimitedClassRow(string Name, int Requests, int Seconds, string By, bool IsKept, string Setting);

public sealed record BoundRow(string Name, long AtMost, string Unit, string Setting);

public sealed record LimitedEndpointRow(string Method, string Path, string Class);

/// <summary>Each security control, and what is known of it.</summary>
/// <param name="Claims">The address of the list of claims behind them.</param>
/// <param name="At">When the checks were made.</param>
/// <param name="Version">Of the program that the tests ran with.</param>
/// <param name="Counts">By state.</param>
public sealed record ControlsModel(string Claims, DateTimeOffset At, string Version, IReadOnlyList<ControlCount> Counts, IReadOnlyList<ControlTopicRows> Topics);

public sealed record ControlCount(string State, int Count);

public sealed record ControlTopicRows(string Title, IReadOnlyList<ControlRow> Controls);

/// <param name="State">live, partial or absent.</param>
/// <param name="CheckedAt">When a check last looked; null if tests alone prove it.</param>
/// <param name="Tests">Classes of tests that prove it.</param>
/// <param name="Unproved">Ids of its claims that no test proves.</param>
/// <param name="Unseen">Checks that watch it and were not made yet.</param>
public sealed record ControlRow(
    string Id, string Title, string State, DateTimeOffset? CheckedAt, IReadOnlyList<string> Claims, IReadOnlyList<string> Tests, IReadOnlyList<string> Unproved, IReadOnlyList<ControlLookRow> Looks, IReadOnlyList<string> Unseen);

/// <summary>What one check found.</summary>
public sealed record ControlLookRow(string Check, bool IsGood, string Text, string? Cure);

/// <summary>Each claim of the product, and what is known of it.</summary>
/// <param name="Controls">The address of the controls.</param>
/// <param name="At">When the checks were made.</param>
/// <param name="Counts">Of all claims, by state.</param>
/// <param name="State">The state whose claims are shown; empty for all.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
/// <param name="First">The address of the first page; null on that one.</param>
public sealed record ClaimsModel(string Action, string Controls, DateTimeOffset At, IReadOnlyList<ControlCount> Counts, string State, IReadOnlyList<ClaimRow> Claims, string? Next, string? First);

/// <param name="Kind">SW, OPS, DOC, POL or NA.</param>
/// <param name="State">wrong, absent, partial, live or not_software.</param>
/// <param name="Tests">Classes of tests that prove it.</param>
/// <param name="Checks">Checks that watch it.</param>
/// <param name="Findings">What those of them found that were made.</param>
public sealed record ClaimRow(string Id, string Kind, string Criterion, string State, IReadOnlyList<string> Tests, IReadOnlyList<string> Checks, IReadOnlyList<string> Findings);

/// <param name="Share">How much is done, 0 to 1.</param>
/// <param name="Left">How long it still takes; null as long as nothing can be said.</param>
public sealed record RunningBackup(double Share, string What, TimeSpan? Left);
