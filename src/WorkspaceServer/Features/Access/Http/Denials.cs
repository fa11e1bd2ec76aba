using System.Collections.Concurrent;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Http;

/// <summary>Records that somebody who is signed in tried what they may not do. So many in a minute and no more: the log is not theirs to fill.</summary>
internal sealed class Denials(AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.AccessDenied);

    /// <summary>Most rows of one person in one minute.</summary>
    public const int MaxPerMinute = 10;

    /// <summary>People who are counted at a time; beyond that counting begins anew.</summary>
    private const int MaxCounted = 10_000;

    private readonly ConcurrentDictionary<(string Person, long Minute), int> counts = new();

    /// <param name="workspace">The one that was asked for; there need not be one.</param>
    public Task NoteAsync(string person, WorkspaceId? workspace, HttpContext http, ProblemCode code)
    {
        if (counts.Count >= MaxCounted)
        {
            counts.Clear();
        }

        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        return counts.AddOrUpdate((person, minute), 1, (_, count) => count + 1) > MaxPerMinute
            ? Task.CompletedTask
            : audit.RecordAsync(new AuditEntry(AuditActions.AccessDenied)
            {
                Outcome = code.Code,
                Target = ("person", person),
                // In the workspace's own log only what its members did: of strangers its owner need not read.
                Workspace = code == ProblemCodes.NotFound ? null : workspace,
                Details = [("method", http.Request.Method), ("route", (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? ""), ("asked_for", workspace?.ToString() ?? "")],
            });
    }
}
