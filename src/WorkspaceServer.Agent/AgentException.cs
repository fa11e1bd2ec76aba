namespace WorkspaceServer.Agent;

/// <summary>What went wrong, as programs see it: a code and an exit code.</summary>
internal sealed record AgentProblem(string Code, int ExitCode)
{
    public static readonly AgentProblem Failed = new("failed", ExitCodes.Failed);
    public static readonly AgentProblem Usage = new("usage", ExitCodes.Usage);
    public static readonly AgentProblem RetryLater = new("retry_later", ExitCodes.RetryLater);
    public static readonly AgentProblem Unreachable = new("unreachable", ExitCodes.RetryLater);
    public static readonly AgentProblem NotPaired = new("not_paired", ExitCodes.NotPaired);
    public static readonly AgentProblem Untrusted = new("untrusted_server", ExitCodes.Failed);
    public static readonly AgentProblem Source = new("source", ExitCodes.Failed);
    public static readonly AgentProblem SourceLogin = new("source_login", ExitCodes.Failed);
    public static readonly AgentProblem SourceDatabase = new("source_no_database", ExitCodes.Failed);
    public static readonly AgentProblem SourceTable = new("source_no_table", ExitCodes.Failed);
    public static readonly AgentProblem SourceDenied = new("source_denied", ExitCodes.Failed);
    public static readonly AgentProblem SourceUnreachable = new("source_unreachable", ExitCodes.RetryLater);
    public static readonly AgentProblem SourceLost = new("source_lost", ExitCodes.RetryLater);
    public static readonly AgentProblem SourceTimeout = new("source_timeout", ExitCodes.RetryLater);
    public static readonly AgentProblem SourceNotEncrypted = new("source_not_encrypted", ExitCodes.Failed);
    public static readonly AgentProblem SourceUntrusted = new("source_untrusted", ExitCodes.Failed);
    public static readonly AgentProblem NoRoom = new("no_room", ExitCodes.RetryLater);
    public static readonly AgentProblem Differs = new("totals_differ", ExitCodes.IntegrityDiffers);
    public static readonly AgentProblem BadConfiguration = new("bad_configuration", ExitCodes.BadConfiguration);
}

internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int RetryLater = 3;
    public const int NotPaired = 4;
    public const int TokenExpired = 5;
    public const int IntegrityDiffers = 12;
    public const int BadConfiguration = 78;
}

/// <summary>Something that the person in front of the computer has to know. The message says what to do, and holds no secret and no cell's value.</summary>
internal sealed class AgentException : Exception
{
    public AgentException(AgentProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    public AgentProblem Problem { get; }
}
