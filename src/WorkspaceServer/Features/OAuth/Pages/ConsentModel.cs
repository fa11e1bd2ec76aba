using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Pages;

// What the page shows. Public, since Razor makes components and so their parameters public.

/// <param name="Action">Where the answer goes: the same address, with the client's question in its query.</param>
/// <param name="Client">What the client calls itself.</param>
/// <param name="VerifiedHost">The host that vouches for it; null if nobody does.</param>
/// <param name="RedirectHost">Where the person is sent back to.</param>
/// <param name="IsLoopback">That is a program on their own machine.</param>
/// <param name="Workspaces">Into which they may let clients.</param>
public sealed record ConsentModel(
    string Person,
    string Action,
    string Client,
    string? VerifiedHost,
    string RedirectHost,
    bool IsLoopback,
    IReadOnlyList<ConsentWorkspace> Workspaces,
    IReadOnlyList<ConsentScope> Scopes,
    IReadOnlyList<ConsentDuration> Durations,
    string Rows,
    string Hidden,
    FormProblems? Problems);

public sealed record ConsentWorkspace(string Id, string Name, string Role, bool IsChosen);

/// <param name="Field">The name of its tick box.</param>
/// <param name="IsPrivate">It opens what is about persons, which takes a warning.</param>
public sealed record ConsentScope(string Field, string Label, string Hint, bool IsTicked, bool IsPrivate);

public sealed record ConsentDuration(int Days, bool IsChosen);
