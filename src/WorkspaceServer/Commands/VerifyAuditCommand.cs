using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>audit verify: walks the whole chain, and compares it with what the SQL sandbox itself saw.</summary>
internal static class VerifyAuditCommand
{
    public static Command Build() => Verb
        .Create(
            "verify",
            "Find rows that were changed, removed, inserted or moved, a cut-off end, and statements that only one of the two trails knows.",
            "audit verify",
            Recording.As(AuditActions.AuditVerified))
        .Runs(RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancel)
    {
        var (verdict, trails) = await context.Output.ProgressAsync("Verifying the audit log", report => Task.Run(
            () =>
            {
                var verdict = context.Get<AuditVerifier>().Verify(done => report(done, "Verifying the audit log"), cancel);
                report(1, "Comparing it with what the sandbox saw");
                return (verdict, context.Get<AuditReconciler>().Reconcile(cancel));
            },
            cancel));
        string[] findings = [.. verdict.Findings, .. trails.Findings];
        context.Output.Result(
            new
            {
                Whole = findings.Length == 0,
                verdict.Rows,
                verdict.RemovedUpTo,
                LastRow = verdict.Head?.Seq,
                LastMac = verdict.Head is { } head ? Convert.ToHexStringLower(head.RowMac) : null,
                trails.Statements,
                trails.Explained,
                Findings = findings,
            },
            output => Print(output, verdict, trails, findings));
        await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.AuditVerified)
        {
            Outcome = findings.Length == 0 ? "ok" : ProblemCodes.Corrupt.Code,
            Details = [("rows", verdict.Rows), ("findings", findings)],
        });
        return findings.Length == 0 ? ExitCodes.Ok : ExitCodes.IntegrityDiffers;
    }

    private static void Print(Output output, AuditVerdict verdict, ReconciledTrails trails, string[] findings)
    {
        foreach (var finding in findings)
        {
            output.Line($"WRONG  {finding}");
        }

        output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Output.Count(verdict.Rows, "row")}{(verdict.RemovedUpTo > 0 ? $" after row {verdict.RemovedUpTo}, up to which sweeps removed the oldest" : "")}; {Output.Count(trails.Statements, "statement")} in the second trail{(trails.Explained > 0 ? $", {trails.Explained} unmatched because a program was killed" : "")}."));
        if (findings.Length > 0)
        {
            output.Line($"{Output.Count(findings.Length, "finding")}. Copy control.db, audit.anchor and the statements.log files away before anything else is done.");
        }
        else if (verdict.Head is { Seq: > 0 } head)
        {
            output.Line($"The log is whole. Write this down elsewhere to compare with later: row {head.Seq}, {Convert.ToHexStringLower(head.RowMac)}");
        }
    }
}
