namespace WorkspaceServer.Features.Closure.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="AskedAt">When the person asked for it; null if they did not.</param>
/// <param name="HandOver">Workspaces that need another owner first.</param>
/// <param name="GoAlong">Workspaces that nobody else is in.</param>
public sealed record ClosureModel(
    string Email, DateTimeOffset? AskedAt, IReadOnlyList<SoleRow> HandOver, IReadOnlyList<SoleRow> GoAlong, ClosureActions Actions, Hosting.FormProblems? Problems = null);

/// <param name="Team">The page on which somebody else is made an owner.</param>
public sealed record SoleRow(string Name, string Team);

/// <summary>Where the forms go.</summary>
public sealed record ClosureActions(string Ask, string CallOff, string Export);

public sealed record OperatorClosuresModel(string Action, IReadOnlyList<ClosureRow> Open, IReadOnlyList<ClosedRow> Closed, Hosting.FormProblems? Problems = null);

/// <param name="HandOver">Names of workspaces that need another owner first.</param>
/// <param name="GoAlong">Names of workspaces that are deleted with the account.</param>
public sealed record ClosureRow(string Id, string Name, string Email, DateTimeOffset AskedAt, IReadOnlyList<string> HandOver, IReadOnlyList<string> GoAlong);

public sealed record ClosedRow(string Name, string Email, DateTimeOffset AskedAt, DateTimeOffset ClosedAt);
