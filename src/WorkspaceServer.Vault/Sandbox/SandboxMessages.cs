namespace WorkspaceServer.Vault.Sandbox;

/// <summary>How a statement ended.</summary>
public enum SandboxOutcome : byte
{
    Ok = 0,

    /// <summary>SQLite did not accept it; the message is SQLite's and may be shown.</summary>
    InvalidSql = 1,

    /// <summary>It reaches for something that this caller may not use; the message says what, in terms the caller may know.</summary>
    NotReadable = 2,

    /// <summary>The deadline passed.</summary>
    DeadlineExceeded = 3,

    /// <summary>It needed more memory than one statement may have, or a limit of length, depth or width.</summary>
    TooExpensive = 4,

    /// <summary>The catalog changed since the policy was made; make a new one and ask again.</summary>
    StalePolicy = 5,

    /// <summary>The file is damaged, or not under this key.</summary>
    Corrupt = 6,

    /// <summary>Too many heavy statements are running; ask again later.</summary>
    Busy = 7,

    /// <summary>The worker died.</summary>
    Crashed = 8,
}

/// <summary>One statement for the sandbox.</summary>
/// <param name="Sql">One SELECT.</param>
/// <param name="Parameters">Bound to ?1, ?2, …</param>
/// <param name="IsServerSql">Written by the server, which may also read full-text tables that the caller may not name.</param>
/// <param name="MaxRows">More rows are cut off.</param>
/// <param name="MaxBytes">The result is cut off at the first row that would exceed this many bytes.</param>
/// <param name="Deadline">From the moment the request is made, waiting included.</param>
public sealed record SandboxRequest(
    string Sql, IReadOnlyList<SqlValue> Parameters, bool IsServerSql, int MaxRows, int MaxBytes, TimeSpan Deadline);

/// <summary>What a statement gave.</summary>
/// <param name="Message">Plain English; empty when Ok.</param>
/// <param name="Touched">"table.column" of each column read, "table" where no column of it was named; in order of first use.</param>
public sealed record SandboxReply(
    SandboxOutcome Outcome,
    string Message,
    IReadOnlyList<string> Columns,
    IReadOnlyList<SqlValue[]> Rows,
    bool IsTruncated,
    IReadOnlyList<string> Touched)
{
    /// <summary>The worker's own count of the statements that it was given; 0 if no worker answered.</summary>
    public long Number { get; init; }

    /// <summary>Process id of the worker; 0 if none answered.</summary>
    public int Worker { get; init; }

    public static SandboxReply Failed(SandboxOutcome outcome, string message) => new(outcome, message, [], [], false, []);
}

/// <summary>The file that a statement reads, and as whom.</summary>
/// <param name="Id">Equal ids mean the same file under the same policy; made by the server, never reused.</param>
/// <param name="Path">The database file.</param>
/// <param name="Key">Gives the file's key; called when a worker opens the file. The caller of the function wipes what it gets.</param>
public sealed record SandboxHandle(long Id, WorkspaceId Workspace, string Path, Func<Keys.SecretBytes> Key, ReadPolicy Policy);
