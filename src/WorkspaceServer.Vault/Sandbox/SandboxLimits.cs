namespace WorkspaceServer.Vault.Sandbox;

/// <summary>The walls around one statement. SQLite's limit numbers: sqlite.org/c3ref/c_limit_attached.html.</summary>
public static class SandboxLimits
{
    /// <summary>Longest statement, in bytes of UTF-8.</summary>
    public const int MaxSqlBytes = 100_000;

    /// <summary>Longest text or blob that a statement may read or make, in bytes.</summary>
    public const int MaxValueBytes = 1_100_000;

    /// <summary>Most rows of one answer.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Most bytes of one answer.</summary>
    public const int MaxResultBytes = 8 << 20;

    /// <summary>Most memory that SQLite may take for one statement beyond what its caches hold, in bytes.</summary>
    public const long StatementMemoryBytes = 60L << 20;

    /// <summary>Memory at which a worker's page caches stop growing, in bytes: full caches, a statement and its answer stay within 128 MiB.</summary>
    public const long CacheMemoryBytes = 48L << 20;

    /// <summary>Most databases that one worker keeps open.</summary>
    public const int MaxHandlesPerWorker = 4;

    internal const int ProgressOperations = 500;

    /// <summary>Each limit's number in sqlite3_limit, and its value.</summary>
    internal static readonly (int Id, int Value)[] PerStatement =
    [
        (0, MaxValueBytes), // LENGTH
        (1, MaxSqlBytes), // SQL_LENGTH
        (2, 200), // COLUMN
        (3, 100), // EXPR_DEPTH
        (4, 50), // COMPOUND_SELECT
        (5, 50_000), // VDBE_OP
        (6, 127), // FUNCTION_ARG
        (7, 0), // ATTACHED
        (8, 100), // LIKE_PATTERN_LENGTH
        (9, 200), // VARIABLE_NUMBER
        (10, 1), // TRIGGER_DEPTH
        (11, 0), // WORKER_THREADS
    ];
}
