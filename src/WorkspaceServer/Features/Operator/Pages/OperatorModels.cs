using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

public sealed record WorkspacesModel(IReadOnlyList<OperatedWorkspace> Workspaces);

/// <param name="Bytes">Of its encrypted file.</param>
/// <param name="ChangedAt">When the file was last written to.</param>
public sealed record OperatedWorkspace(string Id, string Name, DateTimeOffset CreatedAt, long Bytes, DateTimeOffset? ChangedAt);

public sealed record PeopleModel(string Action, IReadOnlyList<OperatedPerson> People, FormProblems? Problems);

/// <param name="HasApp">Whether they have an authenticator app.</param>
public sealed record OperatedPerson(string Id, string Name, string Email, bool RunsServer, bool HasApp, DateTimeOffset CreatedAt, bool IsSuspended, bool IsYou);

/// <param name="IsAsked">Whether one is being made or comes next.</param>
/// <param name="Problem">Why the store could not be read.</param>
/// <param name="DrilledAt">When a restore was last practised and everything came back.</param>
public sealed record OperatorBackupsModel(string Action, bool IsOn, bool IsAsked, string? Problem, DateTimeOffset? DrilledAt, IReadOnlyList<BackupAttempt> Attempts, IReadOnlyList<StoredBackup> Stored);

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
