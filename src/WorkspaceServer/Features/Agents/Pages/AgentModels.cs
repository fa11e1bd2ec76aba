namespace WorkspaceServer.Features.Agents.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Url">The server's address, as agents are given it.</param>
/// <param name="Made">The pairing token that was made just now; its text is never shown again.</param>
/// <param name="Pairing">The token whose use is watched here: the one that was made just now, or one that was chosen.</param>
public sealed record AgentsModel(
    string Home,
    string Url,
    IReadOnlyList<AgentRow> Agents,
    IReadOnlyList<OpenPairing> Open,
    IReadOnlyList<WaitingSchema> Waiting,
    SentModel Sent,
    AgentRights May,
    NewPairing? Made,
    string Name,
    string? Error,
    PairingModel? Pairing = null);

/// <param name="Approve">Let changed columns pass, and stop a run.</param>
public sealed record AgentRights(bool Pair, bool Revoke, bool Approve);

/// <param name="ConfirmCode">What the agent shows, too; if the two differ, somebody is in between.</param>
/// <param name="HeardAt">When it last asked for something; null if it did not since the server started.</param>
public sealed record AgentRow(string Href, string Id, string Name, string Machine, string ConfirmCode, DateTimeOffset PairedAt, bool IsPaired, DateTimeOffset? HeardAt = null);

public sealed record OpenPairing(string Id, string Name, DateTimeOffset ExpiresAt);

/// <summary>What became of a pairing token.</summary>
public enum PairingStage
{
    Waiting,
    Paired,

    /// <summary>A computer was paired with it, and the pairing was ended.</summary>
    Over,
    Lapsed,
    Withdrawn,
}

/// <param name="Name">What the token is for.</param>
/// <param name="Until">When it lapses, or lapsed.</param>
/// <param name="Agent">The computer that used it.</param>
/// <param name="Again">The page that shows this again, without the token.</param>
/// <param name="Events">The stream that says when it looks different.</param>
/// <param name="State">Compared with what the stream says.</param>
public sealed record PairingModel(string Name, PairingStage Stage, DateTimeOffset Until, AgentRow? Agent, string Again, string Events, string State);

public sealed record NewPairing(string Name, string Text, DateTimeOffset ExpiresAt);

/// <param name="Change">In words: which columns came, went or changed their type.</param>
public sealed record WaitingSchema(string Table, string Agent, string Change);

/// <summary>What agents sent, newest first.</summary>
/// <param name="Older">The address of what came before; null if that is all.</param>
/// <param name="Newest">The address of the newest; null if they are shown.</param>
/// <param name="Events">The stream that says when the runs look different.</param>
/// <param name="State">Compared with what the stream says.</param>
/// <param name="UnderWay">Runs that are not at their end yet, also those in <paramref name="Runs"/>.</param>
public sealed record SentModel(IReadOnlyList<RunRow> Runs, string? Older, string? Newest, string Events = "", string State = "", IReadOnlyList<UnderWay>? UnderWay = null);

/// <summary>A run that is not at its end yet.</summary>
/// <param name="Rows">That came so far.</param>
/// <param name="Of">How many come in all, by estimate; null if there is nothing to go by.</param>
/// <param name="IsCounted">The agent counted them; otherwise it is taken that there are as many as last time.</param>
/// <param name="Left">How long it still takes, by estimate.</param>
/// <param name="LastAt">When something came last.</param>
/// <param name="IsQuiet">Nothing came for a while.</param>
public sealed record UnderWay(string Run, string Table, string Agent, long Rows, long? Of, bool IsCounted, TimeSpan? Left, DateTimeOffset LastAt, bool IsQuiet);

/// <param name="Outcome">open, committed, abandoned, or the code of a problem.</param>
/// <param name="Rows">Of the whole table after the run; null if the run changed nothing.</param>
/// <param name="Sums">Of its columns of numbers, exact; none for who may not read the table.</param>
public sealed record RunRow(
    string Table, string Agent, string Mode, DateTimeOffset At, long RowsIn, long Changed, long Deleted, string Outcome, long? Rows, IReadOnlyList<ColumnSum> Sums);

public sealed record ColumnSum(string Column, string Sum);

/// <summary>One agent.</summary>
/// <param name="Fingerprint">Of its key.</param>
/// <param name="MadeBy">Who made its pairing token, as long as whose permission lasts it works.</param>
/// <param name="EndedAt">Null as long as it is paired.</param>
/// <param name="Sent">What is under way of it.</param>
public sealed record AgentModel(
    string Home, AgentRow Agent, string Fingerprint, string MadeBy, DateTimeOffset? EndedAt, AgentRights May, string Name, string? Error, SentModel? Sent = null);
