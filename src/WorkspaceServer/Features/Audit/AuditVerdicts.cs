namespace WorkspaceServer.Features.Audit;

/// <param name="Findings">One sentence each; none if the log is whole. They may name rows of any workspace, so only their number is shown in one.</param>
internal sealed record KeptVerdict(DateTimeOffset CheckedAt, IReadOnlyList<string> Findings);

/// <summary>Walks the chain when somebody asks, one walk at a time; who asks again within a minute hears the last verdict.</summary>
internal sealed class AuditVerdicts(AuditVerifier verifier, AuditLog audit, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1);

    /// <summary>Null until somebody asked.</summary>
    public KeptVerdict? Last { get; private set; }

    public void Dispose() => one.Dispose();

    public async Task<KeptVerdict> VerifyAsync(CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            if (Last is { } last && clock.GetUtcNow() - last.CheckedAt < MaxAge)
            {
                return last;
            }

            var verdict = verifier.Verify(report: null, cancel);
            var kept = new KeptVerdict(clock.GetUtcNow(), verdict.Findings);
            await audit.RecordAsync(new AuditEntry(AuditActions.AuditVerified)
            {
                Outcome = verdict.Findings.Count == 0 ? "ok" : "corrupt",
                Details = [("rows", verdict.Rows), ("findings", verdict.Findings.Count)],
            });
            Last = kept;
            return kept;
        }
        finally
        {
            one.Release();
        }
    }
}
