using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>doctor: checks everything that the server needs and says how to mend what is wrong.</summary>
internal static class DoctorCommand
{
    private const string Description = """
        Check everything that the server needs, and say how to mend what is wrong.
        Exit codes: 0 nothing failed, though there may be warnings; 1 a check failed; 2 wrong usage.
        """;

    public static Command Build()
    {
        var host = new Option<bool>("--host") { Description = "Also look at the machine: its services, nginx, firewall, ssh, fail2ban and updates. Root sees more of it, and nothing of the server." };
        var thorough = new Option<bool>("--thorough") { Description = "Also read every page of every file and check its HMAC. Slow: about 10 s per GB." };
        var command = Verb.Create("doctor", Description, "doctor --host", Recording.As(AuditActions.SystemExamined));
        command.Add(host);
        command.Add(thorough);
        return command.Runs(async (context, cancel) =>
        {
            var isThorough = context.Arguments.GetValue(thorough);
            var request = new CheckRequest(isThorough ? CheckReach.Thorough : CheckReach.Every, context.Arguments.GetValue(host));
            var findings = await ExamineAsync(context, request, cancel);
            // Without settings there is nothing to look with.
            var controls = findings is [{ Check: "configuration", State: CheckState.Fail }] ? [] : ControlAnswer.Of(ControlsReport.Controls(context.Get<IEnumerable<CheckEntry>>(), Looks(context, findings)));
            context.Output.Result(new { findings, controls }, output => Print(output, findings, controls));
            return findings.Any(finding => finding.State == CheckState.Fail) ? ExitCodes.Failed : ExitCodes.Ok;
        });
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(CommandContext context, CheckRequest request, CancellationToken cancel)
    {
        Checkup checkup;
        try
        {
            checkup = context.Get<Checkup>();
        }
        catch (ProblemException error)
        {
            // Without settings nothing else can be asked.
            return [Finding.Fail(error, context.Files.Settings) is var found ? found with { Check = "configuration", Cure = found.Cure ?? "correct what it names; then: workspace-server doctor" } : found];
        }

        // Root may not read the key of another user, and must not be told to take it.
        if (FileStatus.CurrentUserId == 0 && FileStatus.Read(context.Get<VaultOptions>().DataDirectory) is { UserId: not 0 and var owner })
        {
            return
            [
                Finding.Warn("Not looked at by root: the data belongs to the user of the service.", context.Get<VaultOptions>().DataDirectory, $"sudo -u '#{owner}' workspace-server doctor") with { Check = "server" },
                .. await checkup.RunAsync(request with { Server = false }, cancel),
            ];
        }

        var findings = await checkup.RunAsync(request, cancel);
        if (findings.Any(finding => finding is { Check: "control database", State: CheckState.Ok }))
        {
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.SystemExamined)
            {
                // The one whose file the sandbox was tried on.
                Workspace = SandboxCheck.TriedOn(context.Get<WorkspaceStore>()),
                Details = [("thorough", request.Reach == CheckReach.Thorough), ("wrong", findings.Count(finding => finding.State == CheckState.Fail)), ("statements", RequestScope.Current?.Statements), .. Examinations.Details(findings)],
            });
        }

        return findings;
    }

    /// <summary>What was found now; and of checks that were not made now, such as those of the machine, what was found when they last were.</summary>
    private static Dictionary<string, Look> Looks(CommandContext context, IReadOnlyList<Finding> findings)
    {
        var looks = ControlsReport.LooksOf(findings, context.Get<TimeProvider>().GetUtcNow());
        if (findings.Any(finding => finding is { Check: "control database", State: CheckState.Ok }))
        {
            foreach (var (name, look) in context.Get<Examinations>().Last())
            {
                looks.TryAdd(name, look);
            }
        }

        return looks;
    }

    private static void Print(Output output, IReadOnlyList<Finding> findings, IReadOnlyList<ControlAnswer> controls)
    {
        output.Table(["", "check", "finding"], findings.Select(finding => new[] { Word(finding.State), finding.Check, finding.Text }));
        foreach (var finding in findings.Where(finding => finding.State is CheckState.Warn or CheckState.Fail).OrderByDescending(finding => finding.State))
        {
            output.Line();
            output.Line($"{Word(finding.State)}  {finding.Check}{(finding.About is null ? "" : $" ({finding.About})")}");
            output.Line($"  {finding.Text}");
            output.Line($"  To mend it: {finding.Cure ?? "do away with what stands above, then look again: workspace-server doctor"}");
        }

        var (wrong, warned) = (findings.Count(finding => finding.State == CheckState.Fail), findings.Count(finding => finding.State == CheckState.Warn));
        output.Line();
        output.Line(wrong == 0
            ? $"Nothing is wrong in {findings.Count} findings; {warned} of them {(warned == 1 ? "is a warning" : "are warnings")}."
            : $"{wrong} of {findings.Count} findings are wrong; the first one may cause the others.");
        output.Line($"Security controls: {string.Join(", ", controls.GroupBy(control => control.State).OrderByDescending(state => state.Count()).Select(state => $"{state.Count()} {state.Key}"))}. --json lists them.");
    }

    private static string Word(CheckState state) => state switch
    {
        CheckState.Ok => "ok",
        CheckState.Warn => "warn",
        CheckState.Fail => "FAIL",
        _ => "-",
    };
}
