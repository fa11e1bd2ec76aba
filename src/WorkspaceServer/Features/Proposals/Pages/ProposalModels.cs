namespace WorkspaceServer.Features.Proposals.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Path">The page's own address.</param>
/// <param name="Clients">Where AI clients are connected.</param>
/// <param name="Problem">Why the last answer came to nothing, if what it answered does not wait any more.</param>
public sealed record ProposalsModel(string Path, string Clients, IReadOnlyList<WaitingProposal> Waiting, IReadOnlyList<PastProposal> Past, string? Problem);

/// <param name="Left">As people read it.</param>
/// <param name="Error">Why the last answer was not taken.</param>
public sealed record WaitingProposal(string Id, string Client, string Name, string Sql, string Reason, string Left, string? Error);

/// <param name="State">accepted, declined or expired.</param>
/// <param name="By">Who decided; null if nobody did.</param>
public sealed record PastProposal(string Client, string Name, string State, string? By, DateTimeOffset At);
