namespace WorkspaceServer.Protocol;

/// <summary>Where the server answers agents. Every address but the first two needs "Authorization: Bearer" with the token of <see cref="TokenAnswer"/>.</summary>
public static class SyncPaths
{
    /// <summary>POST <see cref="PairRequest"/>: <see cref="PairAnswer"/>.</summary>
    public const string Pair = "/api/v1/agent/pair";

    /// <summary>POST <see cref="TokenRequest"/>: <see cref="TokenAnswer"/>.</summary>
    public const string Token = "/api/v1/agent/token";

    /// <summary>Pattern of <see cref="AgentOf"/>. GET: <see cref="AgentAnswer"/>; DELETE ends the pairing.</summary>
    public const string Agent = "/api/v1/workspaces/{workspace}/sync/agent";

    /// <summary>Pattern of <see cref="TableOf"/>. GET: <see cref="TableAnswer"/>, or 404.</summary>
    public const string Table = "/api/v1/workspaces/{workspace}/sync/tables/{table}";

    /// <summary>Pattern of <see cref="RunOf"/>. PUT <see cref="RunRequest"/> begins it; GET; DELETE forgets it. All answer <see cref="RunAnswer"/>.</summary>
    public const string Run = "/api/v1/workspaces/{workspace}/sync/runs/{run}";

    /// <summary>Pattern of <see cref="BatchOf"/>. PUT the compressed bytes of a batch: <see cref="RunAnswer"/>.</summary>
    public const string Batch = Run + "/batches/{number}";

    /// <summary>Pattern of <see cref="CommitOf"/>. POST <see cref="CommitRequest"/>: <see cref="RunAnswer"/>.</summary>
    public const string Commit = Run + "/commit";

    /// <summary>Header of a batch: SHA-256 of its bytes before compression, 64 lowercase hexadecimal digits.</summary>
    public const string BatchHashHeader = "Batch-Sha256";

    /// <summary>Header of the beginning of a run, optional: rows and deletes of all its batches, in decimal digits, at most <see cref="SyncLimits.MaxRunRows"/>. For people; it decides nothing.</summary>
    public const string ExpectedRowsHeader = "Expected-Rows";

    /// <summary>Content type of a batch: the format of <see cref="BatchWriter"/>, compressed with zstd (RFC 8878).</summary>
    public const string BatchMediaType = "application/vnd.workspace-batch.v1+zstd";

    public static string AgentOf(string workspace) => $"/api/v1/workspaces/{workspace}/sync/agent";

    public static string TableOf(string workspace, string table) => $"/api/v1/workspaces/{workspace}/sync/tables/{Uri.EscapeDataString(table)}";

    /// <param name="run">Made by the agent: 32 lowercase hexadecimal digits, such as a version-7 UUID without its dashes.</param>
    public static string RunOf(string workspace, string run) => $"/api/v1/workspaces/{workspace}/sync/runs/{run}";

    /// <param name="number">1, 2, 3, …</param>
    public static string BatchOf(string workspace, string run, int number) => FormattableString.Invariant($"{RunOf(workspace, run)}/batches/{number}");

    public static string CommitOf(string workspace, string run) => RunOf(workspace, run) + "/commit";
}
