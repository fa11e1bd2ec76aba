namespace WorkspaceServer.Workspaces.Workers;

/// <summary>How many workers there are and when a statement stops being an ordinary one.</summary>
internal sealed record SandboxOptions
{
    /// <summary>The worker's program.</summary>
    public required string WorkerPath { get; init; }

    /// <summary>The SQLCipher library, or null for the one beside the worker.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>Workers for ordinary statements.</summary>
    public int Workers { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Heavy statements that run at the same time, at the lowest priority.</summary>
    public int HeavyWorkers { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Heavy statements that wait for their turn, over all workspaces; more are refused as busy. They hold no memory meanwhile.</summary>
    public int MaxWaitingHeavy { get; init; } = 8;

    /// <summary>Heavy statements of one workspace that wait for their turn; more are refused as busy.</summary>
    public int MaxWaitingHeavyPerWorkspace { get; init; } = 3;

    /// <summary>Statements of one workspace that wait for a worker; more are refused as busy.</summary>
    public int MaxWaitingPerWorkspace { get; init; } = 64;

    /// <summary>A statement that uses more processor time is heavy. Time that passes does not count: on a busy machine it says little.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A statement that takes longer is heavy, whatever it waits for.</summary>
    public TimeSpan MaxOrdinary { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The slice of a workspace that has used up its <see cref="FastTimePerSecond"/>; shorter statements are never charged.</summary>
    public TimeSpan ShortSlice { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Time at full priority that a workspace may spend per second on statements longer than <see cref="ShortSlice"/>.</summary>
    public TimeSpan FastTimePerSecond { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What a heavy statement is charged beside its slice, since a fresh worker has to be started for it.</summary>
    public TimeSpan WorkerCost { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>After the deadline a worker has this long to answer by itself; then it is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(300);
}
