using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Sandbox;

/// <summary>Why a statement gave no rows; becomes a <see cref="SandboxReply"/> before it leaves the worker.</summary>
internal sealed class SandboxException : Exception
{
    public SandboxException(SandboxOutcome outcome, string message)
        : base(message) => Outcome = outcome;

    /// <summary>From SQLite's result code: sqlite.org/rescode.html.</summary>
    public SandboxException(int code, string message)
        : base(Describe(code & 0xff, message)) => Outcome = Classify(code & 0xff);

    public SandboxOutcome Outcome { get; }

    private static SandboxOutcome Classify(int code) => code switch
    {
        NativeSqlite.Interrupt => SandboxOutcome.DeadlineExceeded,
        NativeSqlite.NoMemory or NativeSqlite.TooBig => SandboxOutcome.TooExpensive,
        NativeSqlite.Corrupt or NativeSqlite.NotADatabase => SandboxOutcome.Corrupt,
        NativeSqlite.Auth => SandboxOutcome.NotReadable,
        _ => SandboxOutcome.InvalidSql,
    };

    private static string Describe(int code, string message) => code switch
    {
        NativeSqlite.Interrupt => "The statement took too long. Narrow it with WHERE, or aggregate less.",
        NativeSqlite.NoMemory => "The statement needs too much memory. Add LIMIT, select fewer columns, or aggregate.",
        NativeSqlite.TooBig => "A text in this statement became too long. Use substr() or length().",
        NativeSqlite.Corrupt or NativeSqlite.NotADatabase => "The workspace's file cannot be read. Its operator must look at it.",
        NativeSqlite.Auth => "Only SELECT over the tables that are listed is allowed here.",
        _ => message,
    };
}
