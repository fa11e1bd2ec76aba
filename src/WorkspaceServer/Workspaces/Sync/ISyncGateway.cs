using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces.Sync;

/// <summary>The door for what agents send; like <see cref="IWorkspaceGateway"/>, only messages cross it. A run of a workspace is known to that workspace alone.</summary>
internal interface ISyncGateway
{
    /// <summary>Begins a run, or finds it again.</summary>
    /// <exception cref="Hosting.ProblemException">The table is another's, its schema changed, its rows are not those that the changes build on, or a bound is reached.</exception>
    Task<RunAnswer> BeginAsync(WorkspaceId workspace, BeginRun begin, CancellationToken cancel);

    /// <summary>The agent's own run.</summary>
    Task<RunAnswer> FindAsync(WorkspaceId workspace, string agent, string run, CancellationToken cancel);

    /// <summary>Takes one batch; returned means on the disk. The same one again changes nothing.</summary>
    Task<RunAnswer> TakeAsync(WorkspaceId workspace, string agent, SentBatch batch, CancellationToken cancel);

    /// <summary>Makes the run visible if the totals are equal, in one transaction; otherwise changes nothing but the table's mark.</summary>
    Task<CommittedRun> CommitAsync(WorkspaceId workspace, string agent, string run, CommitRequest request, CancellationToken cancel);

    /// <summary>Forgets a run; nothing of it was visible.</summary>
    Task<RunAnswer> AbandonAsync(WorkspaceId workspace, string agent, string run, CancellationToken cancel);

    /// <summary>Ends a run that is open, whichever agent's: nothing of it was visible, and its agent is told <see cref="SyncProblems.RunStopped"/>.</summary>
    /// <returns>The table that it was for.</returns>
    /// <exception cref="Hosting.ProblemException">There is none, or it has ended.</exception>
    Task<string> StopAsync(WorkspaceId workspace, string run, CancellationToken cancel);

    /// <summary>Every table, whoever made it, with what is known of its agent.</summary>
    Task<IReadOnlyList<SyncedTable>> ListTablesAsync(WorkspaceId workspace, CancellationToken cancel);

    /// <summary>Lets the schema pass that waits for the owner's word.</summary>
    /// <returns>The changes in words; null if none waits.</returns>
    Task<string?> AcceptSchemaAsync(WorkspaceId workspace, string table, CancellationToken cancel);

    /// <summary>Runs, newest first.</summary>
    /// <param name="before">Only older ones than this number.</param>
    Task<IReadOnlyList<SyncLogEntry>> ListRunsAsync(WorkspaceId workspace, long? before, int limit, CancellationToken cancel);
}

/// <summary>What open pages listen to.</summary>
internal static class SyncTopic
{
    public static string Of(WorkspaceId workspace) => "sync/" + workspace;
}

/// <param name="TakesOverFrom">The agent whose table this one may take over, because it is no longer paired; or null.</param>
/// <param name="ExpectedRows">Rows and deletes of all batches, as the agent says; null if it does not say.</param>
internal sealed record BeginRun(string Agent, string Run, RunRequest Request, string? TakesOverFrom, SyncBounds Bounds, long? ExpectedRows = null);

/// <param name="MaxFileBytes">Of the workspace's file.</param>
internal sealed record SyncBounds(long MaxFileBytes, int MaxOpenRuns);

/// <param name="Compressed">As it came.</param>
/// <param name="Sha256">Of the batch before compression, as the agent says.</param>
internal sealed record SentBatch(string Run, int Number, byte[] Compressed, byte[] Sha256, SyncBounds Bounds);

/// <param name="IsRepeated">It was committed before.</param>
internal sealed record CommittedRun(RunAnswer Answer, bool IsRepeated, string Table, TimeSpan Took);

/// <param name="Agent">Who sends it; null if an import made it.</param>
/// <param name="Waiting">What about its schema waits for the owner's word, in words.</param>
internal sealed record SyncedTable(CatalogTable Table, string? Agent, string? LastRun, string? Waiting);

/// <summary>What an open run probably still brings. An estimate, for people.</summary>
/// <param name="Rows">Rows and deletes of the whole run; never fewer than have come.</param>
/// <param name="IsCounted">The agent counted them; otherwise it is taken that there are as many as in the table now.</param>
/// <param name="SecondsLeft">If it goes on as since it was last begun or resumed; null as long as nothing can be said, or if nothing comes.</param>
internal sealed record RunOutlook(long Rows, bool IsCounted, long? SecondsLeft);

/// <param name="Milliseconds">From the first request to the last.</param>
/// <param name="Outcome">open, committed, abandoned, or a problem code.</param>
/// <param name="Totals">Of the whole table after the run, which server and agent counted to the same; null if it was not committed.</param>
/// <param name="Outlook">Null if the run has ended or there is nothing to go by.</param>
internal sealed record SyncLogEntry(
    long Number,
    string Run,
    string Agent,
    string Table,
    string Mode,
    DateTimeOffset StartedAt,
    long RowsIn,
    long Changed,
    long Deleted,
    long Bytes,
    long Milliseconds,
    string Outcome,
    ControlTotals? Totals,
    RunOutlook? Outlook = null);
