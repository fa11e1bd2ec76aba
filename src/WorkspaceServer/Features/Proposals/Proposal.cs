namespace WorkspaceServer.Features.Proposals;

/// <summary>What became of a proposal.</summary>
internal enum ProposalState
{
    /// <summary>Waits for a person.</summary>
    Pending,
    Accepted,
    Declined,

    /// <summary>Nobody said anything in time, or the client may not propose any more.</summary>
    Expired,
}

/// <summary>A question that an AI client would like to see saved.</summary>
/// <param name="Client">As the client was called when it proposed.</param>
/// <param name="Reason">In the client's words; empty if it gave none.</param>
/// <param name="Decided">Who said yes or no, and when; null if nobody has.</param>
/// <param name="MayStillPropose">Whether its client was neither stopped nor narrowed meanwhile.</param>
internal sealed record Proposal(
    string Id, string TokenId, string Client, string Name, string Sql, string Reason, DateTimeOffset ProposedAt, DateTimeOffset ExpiresAt, Decided? Decided, bool MayStillPropose = true)
{
    public ProposalState StateAt(DateTimeOffset now) => Decided switch
    {
        { IsAccepted: true } => ProposalState.Accepted,
        { IsAccepted: false } => ProposalState.Declined,
        null => now < ExpiresAt && MayStillPropose ? ProposalState.Pending : ProposalState.Expired,
    };

    /// <summary>As programs read it: pending, accepted, declined, expired.</summary>
    public static string NameOf(ProposalState state) => state.ToString().ToLowerInvariant();
}

/// <param name="By">The person's id.</param>
internal sealed record Decided(bool IsAccepted, string By, string ByName, DateTimeOffset At);
