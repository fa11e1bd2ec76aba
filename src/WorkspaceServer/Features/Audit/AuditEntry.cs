using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Audit;

/// <summary>Who did it.</summary>
/// <param name="Kind">"person", "token", "agent", "operator", "server" or "anonymous".</param>
/// <param name="Id">Never a name or an address: the row keeps it for good.</param>
/// <param name="Name">What it is called now; becomes a pseudonym when an account is closed.</param>
internal sealed record AuditActor(string Kind, string Id, string Name)
{
    /// <summary>The server by itself: jobs that nobody asked for.</summary>
    public static AuditActor Server { get; } = new("server", "server", "server");
}

/// <summary>What a caller of <see cref="AuditLog"/> says; the log adds the time and what the request's scope knows.</summary>
internal sealed record AuditEntry(AuditAction Action)
{
    /// <summary>Null: whoever the request's scope names.</summary>
    public AuditActor? Actor { get; init; }

    /// <summary>What it was done to, such as ("token", id).</summary>
    public (string Kind, string Id)? Target { get; init; }

    /// <summary>Null: the workspace of the request's scope, if any.</summary>
    public WorkspaceId? Workspace { get; init; }

    /// <summary>"ok" or a problem code.</summary>
    public string Outcome { get; init; } = "ok";

    /// <summary>More about it, by name: text, numbers, truth values, lists of text. Secrets are taken out, and what does not fit is cut off.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details { get; init; } = [];
}

/// <summary>One row as the table has it.</summary>
/// <param name="Seq">1, 2, 3 … without a gap.</param>
/// <param name="At">Milliseconds since 1970, UTC.</param>
/// <param name="NameNumber">Which of the actor's names it had then.</param>
/// <param name="Details">A JSON object.</param>
internal sealed record AuditRow(
    long Seq,
    long At,
    string ActorKind,
    string ActorId,
    long NameNumber,
    string Action,
    string? TargetKind,
    string? TargetId,
    string? WorkspaceId,
    string? RequestId,
    string? Ip,
    string? UserAgent,
    string Outcome,
    string Details);

/// <summary>A row as it was read, with its MAC and the actor's name.</summary>
internal sealed record StoredAuditRow(AuditRow Row, string ActorName, byte[] Mac)
{
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Row.At);
}
