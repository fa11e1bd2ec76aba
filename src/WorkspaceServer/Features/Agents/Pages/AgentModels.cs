namespace WorkspaceServer.Features.Agents.Pages;

// What the page shows. Public, since Razor makes components and so their parameters public.

/// <param name="Url">The server's address, as agents are given it.</param>
/// <param name="Made">The pairing token that was made just now; its text is never shown again.</param>
public sealed record AgentsModel(
    string Home, string Url, IReadOnlyList<AgentRow> Agents, IReadOnlyList<OpenPairing> Open, bool MayPair, bool MayRevoke, NewPairing? Made, string Name, string? Error);

/// <param name="ConfirmCode">What the agent shows, too; if the two differ, somebody is in between.</param>
public sealed record AgentRow(string Id, string Name, string Machine, string ConfirmCode, DateTimeOffset PairedAt, bool IsPaired);

public sealed record OpenPairing(string Id, string Name, DateTimeOffset ExpiresAt);

public sealed record NewPairing(string Name, string Text, DateTimeOffset ExpiresAt);
