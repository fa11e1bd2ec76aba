using System.Text.Json;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Features.Audit;

/// <summary>What a comparison of the two trails found.</summary>
/// <param name="Statements">Statements that the sandbox saw, in the workspaces that exist.</param>
/// <param name="Explained">Statements and rows without their counterpart that a killed program explains.</param>
internal sealed record ReconciledTrails(long Statements, long Explained, IReadOnlyList<string> Findings);

/// <summary>Compares the audit log with what the sandbox itself saw, request by request: each row says how many statements it stands for.</summary>
/// <remarks>
/// Out of reach: workspaces that were deleted, and what is older than the trail's first line. A program that was killed loses its last second of
/// the trail, and the rows of calls that it had not answered yet; only these are explained by a missing "stopped", and only while nothing later of
/// that program is there.
/// </remarks>
internal sealed class AuditReconciler(WorkspaceStore workspaces, DataFolder folder, AuditStore store)
{
    private const int MaxFindings = 100;
    private const int RowsPerRead = 1000;

    /// <summary>A flush may be late by so much.</summary>
    private static readonly TimeSpan MaxLost = 3 * StatementTrail.FlushEvery;

    /// <summary>A statement's row comes within this, for no statement runs longer.</summary>
    private static readonly TimeSpan MaxUnanswered = TimeSpan.FromSeconds(30);

    public ReconciledTrails Reconcile(CancellationToken cancel)
    {
        var findings = new List<string>();
        long statements = 0;
        long explained = 0;
        foreach (var workspace in workspaces.List())
        {
            cancel.ThrowIfCancellationRequested();
            var seen = new Trail(StatementTrail.Read(folder, workspace.Id));
            statements += seen.Count;
            explained += Compare(workspace.Id, seen, Claims(workspace.Id), findings);
        }

        return new ReconciledTrails(statements, explained, findings.Count <= MaxFindings ? findings : [.. findings.Take(MaxFindings), $"And {findings.Count - MaxFindings} more."]);
    }

    private static long Compare(WorkspaceId workspace, Trail seen, Dictionary<string, Claim> claims, List<string> findings)
    {
        var lost = claims.Where(claim => claim.Value.At >= seen.Begin && seen.CountOf(claim.Key) < claim.Value.Statements).OrderBy(claim => claim.Value.At).ToArray();
        var isLossExplained = lost.Length > 0 && lost[^1].Value.At - lost[0].Value.At <= MaxLost.TotalMilliseconds && lost.All(claim => seen.IsAfterTheEndOfAKilledRun(claim.Value.At));
        if (!isLossExplained)
        {
            findings.AddRange(lost.Select(claim =>
                $"Workspace {workspace}: audit row {claim.Value.Row} (request {claim.Key}) stands for {claim.Value.Statements} statements, the sandbox saw {seen.CountOf(claim.Key)}."));
        }

        long explained = isLossExplained ? lost.Length : 0;
        foreach (var extra in seen.Requests.Where(each => each.Value.Count > (claims.TryGetValue(each.Key, out var claim) ? claim.Statements : 0)))
        {
            if (seen.WasUnanswered(extra.Value, MaxUnanswered))
            {
                explained++;
                continue;
            }

            var line = extra.Value[^1];
            findings.Add(
                $"Workspace {workspace}: at {DateTimeOffset.FromUnixTimeMilliseconds(line.At):u} the sandbox saw {extra.Value.Count} statements (request {(extra.Key.Length > 0 ? extra.Key : "none")}, sql {line.Sql}, {string.Join(' ', line.Touched ?? [])}), the audit log has {(claims.TryGetValue(extra.Key, out var known) ? known.Statements : 0)}.");
        }

        return explained;
    }

    /// <summary>By request: how many statements the audit log stands for.</summary>
    private Dictionary<string, Claim> Claims(WorkspaceId workspace)
    {
        var claims = new Dictionary<string, Claim>(StringComparer.Ordinal);
        var filter = new AuditFilter(WorkspaceId: workspace.ToString());
        for (var page = store.Next(filter, 0, RowsPerRead); page.Count > 0; page = store.Next(filter, page[^1].Row.Seq, RowsPerRead))
        {
            foreach (var row in page.Select(stored => stored.Row))
            {
                using var details = JsonDocument.Parse(row.Details);
                if (details.RootElement.TryGetProperty("statements", out var count) && count.TryGetInt32(out var statements) && statements > 0)
                {
                    var before = claims.GetValueOrDefault(row.RequestId ?? "");
                    claims[row.RequestId ?? ""] = new Claim(row.Seq, row.At, statements + (before?.Statements ?? 0));
                }
            }
        }

        return claims;
    }

    private sealed record Claim(long Row, long At, int Statements);

    /// <summary>The lines of one workspace's trail.</summary>
    private sealed class Trail
    {
        private readonly Dictionary<string, List<TrailLine>> byRequest = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (long Begin, long End, bool Stopped)> runs = new(StringComparer.Ordinal);

        public Trail(IEnumerable<TrailLine> lines)
        {
            long? begin = null;
            foreach (var line in lines)
            {
                begin ??= line.At;
                var first = runs.TryGetValue(line.Run, out var run) ? run.Begin : line.At;
                runs[line.Run] = (first, line.At, line.Event == "stopped");
                if (line.Event == "statement")
                {
                    Count++;
                    var request = line.Request ?? "";
                    (byRequest.TryGetValue(request, out var known) ? known : byRequest[request] = []).Add(line);
                }
            }

            Begin = begin ?? 0;
        }

        public long Count { get; }

        /// <summary>When the first line was written; what happened before is not covered.</summary>
        public long Begin { get; }

        public IReadOnlyDictionary<string, List<TrailLine>> Requests => byRequest;

        public int CountOf(string request) => byRequest.TryGetValue(request, out var lines) ? lines.Count : 0;

        public bool IsAfterTheEndOfAKilledRun(long at) => runs.Values.Any(run => !run.Stopped && run.Begin <= at && at >= run.End);

        public bool WasUnanswered(List<TrailLine> lines, TimeSpan within) => lines.TrueForAll(line =>
            line.Request is not null && runs[line.Run] is var run && !run.Stopped && run.End - line.At <= within.TotalMilliseconds);
    }
}
