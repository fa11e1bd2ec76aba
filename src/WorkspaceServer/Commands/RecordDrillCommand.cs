using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Commands;

/// <summary>drill record: tells the server of a drill that was done elsewhere.</summary>
internal static class RecordDrillCommand
{
    /// <summary>How far the drill machine's clock may be ahead.</summary>
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(10);

    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "drill-certificate.json, as the drill wrote it; /dev/stdin reads it from there." };
        var command = Verb.Create(
            "record",
            "Check a drill's certificate and note it here, so that doctor, metrics, mails and pages know when a restore was last practised.",
            "drill record drill-certificate.json",
            Recording.As(AuditActions.DrillRun));
        command.Add(file);
        return command.Runs((context, _) =>
        {
            var signed = SignedCertificate.Open(context.Arguments.GetValue(file)!, context.Get<BackupSigner>());
            var (drill, now) = (signed.Certificate, context.Get<TimeProvider>().GetUtcNow());
            if (drill.DrilledAt > now + MaxSkew)
            {
                throw new ProblemException(ProblemCodes.ClockOff, "The drill ended in the future. Set the clocks of both machines, and practise again.");
            }

            if (!context.Get<DrillStore>().Add(signed, now, connection => context.Get<AuditLog>().Append(connection, new AuditEntry(AuditActions.DrillRun)
            {
                Target = ("backup", drill.Backup),
                Outcome = drill.Passed ? "ok" : "failed",
                Details =
                [
                    ("drilled_at_ms", drill.DrilledAt.ToUnixTimeMilliseconds()), ("workspaces", drill.Workspaces), ("sampled_of", drill.SampledOf), ("rows", drill.Rows), ("recovery_time_seconds", drill.RecoveryTimeSeconds),
                    ("failed_paths", drill.Paths.Where(path => path.Value == DrillCertificate.Fail).Select(path => path.Key).ToArray()), ("sha256", Convert.ToHexStringLower(signed.Sha256)),
                ],
            })))
            {
                throw new ProblemException(ProblemCodes.AlreadyExists, "This drill was noted before.");
            }

            context.Output.Result(new { drill.Backup, drill.DrilledAt, drill.Passed }, output => output.Line(string.Create(
                CultureInfo.InvariantCulture, $"Noted: in the drill of {drill.DrilledAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC {(drill.Passed ? "everything" : "NOT everything")} came back.")));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
