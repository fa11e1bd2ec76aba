using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup verify: reads backups back and checks every object.</summary>
internal static class VerifyBackupCommand
{
    public static Command Build()
    {
        var all = new Option<bool>("--all") { Description = "Every backup in the store, not only the newest whole one and the changes after it." };
        var identity = new Option<string?>("--identity") { Description = "The age identity's file: also checks that every object decrypts. Better on another machine.", HelpName = "FILE" };
        var command = Verb.Create("verify", "Read backups back from the store: signature, presence, length and digest of every object.", "backup verify", Recording.As(AuditActions.BackupVerified));
        command.Add(all);
        command.Add(identity);
        return command.Runs(async (context, cancel) =>
        {
            var verifier = context.Get<BackupVerifier>();
            var listed = await verifier.ListAsync(cancel);
            var first = context.Arguments.GetValue(all) ? 0 : Math.Max(0, listed.ToList().FindLastIndex(each => each.Object.StartsWith("generations/", StringComparison.Ordinal)));
            var identities = context.Arguments.GetValue(identity) is { } file ? AgeIdentity.ReadFile(file) : [];
            var verified = new List<VerifiedGeneration>();
            try
            {
                foreach (var each in listed.Skip(first))
                {
                    verified.Add(await context.Output.ProgressAsync("Reading back", report => verifier.VerifyAsync(each.Object, identities, report, cancel)));
                }
            }
            finally
            {
                foreach (var each in identities)
                {
                    each.Dispose();
                }
            }

            string[] findings = [.. verified.SelectMany(each => each.Findings)];
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.BackupVerified)
            {
                Outcome = verified.Count == 0 ? ProblemCodes.NoBackup.Code : findings.Length == 0 ? "ok" : ProblemCodes.Corrupt.Code,
                Details = [("backups", verified.Count), ("decrypted", identities.Count > 0), ("findings", findings)],
            });
            context.Output.Result(new { Whole = verified.Count > 0 && findings.Length == 0, Backups = verified }, output => Print(output, verified, findings));
            return verified.Count == 0 ? ExitCodes.NoBackup : findings.Length == 0 ? ExitCodes.Ok : ExitCodes.IntegrityDiffers;
        });
    }

    private static void Print(Output output, List<VerifiedGeneration> verified, string[] findings)
    {
        foreach (var finding in findings)
        {
            output.Line($"WRONG  {finding}");
        }

        output.Line(verified.Count == 0
            ? "There is no backup in the store."
            : string.Create(CultureInfo.InvariantCulture, $"{verified.Count} backups read, {verified.Sum(each => each.Bytes) / 1048576.0:0.0} MiB, {findings.Length} findings."));
    }
}
