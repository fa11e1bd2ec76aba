using System.CommandLine;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>doctor: checks everything that the server needs and says how to mend what is wrong.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        var thorough = new Option<bool>("--thorough") { Description = "Also read every page of every file and check its HMAC. Slow: about 10 s per GB." };
        var command = Verb.Create("doctor", "Check everything that the server needs, and say how to mend what is wrong.", "doctor", Recording.As(AuditActions.SystemExamined));
        command.Add(thorough);
        return command.Runs(async (context, cancel) =>
        {
            var findings = await ExamineAsync(context, context.Arguments.GetValue(thorough), cancel);
            context.Output.Result(findings, output => Print(output, findings));
            return findings.All(finding => finding.Ok) ? ExitCodes.Ok : ExitCodes.Failed;
        });
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(CommandContext context, bool thorough, CancellationToken cancel)
    {
        var findings = new List<Finding>();
        bool Check(string name, Func<string> look)
        {
            findings.Add(Finding.Of(name, look));
            return findings[^1].Ok;
        }

        var isConfigured = Check("configuration", () => $"{OptionsSections.ReadAll(context.Get<IEnumerable<OptionsSection>>(), context.Get<IConfiguration>()).Count} sections are valid");
        var hasLibrary = isConfigured && Check("SQLCipher library", () =>
        {
            SqlCipher.Initialize(context.Get<VaultOptions>().SqlCipherLibrary);
            return SqlCipher.Version;
        });
        var hasKey = isConfigured && Check("master key", () =>
        {
            context.Get<MasterKey>();
            return context.Get<VaultOptions>().MasterKeyFile;
        });
        var hasFolder = hasLibrary && Check("data folder", () => CheckModes(context.Get<DataFolder>()));
        var hasControl = hasKey && hasFolder && Check("control database", () =>
        {
            context.Get<ControlDatabase>();
            return $"{context.Get<WorkspaceStore>().List().Count} workspaces";
        });
        if (hasControl)
        {
            Check("workspace folders", () => CheckFolders(context));
            Check("backup", () => context.Get<BackupHealth>().Describe());
            foreach (var workspace in context.Get<WorkspaceStore>().List())
            {
                Check($"workspace {workspace.Name}", () => CheckWorkspace(context, workspace, thorough));
            }

            findings.Add(await CheckSandboxAsync(context, cancel));
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.SystemExamined)
            {
                // The one whose file the sandbox was tried on.
                Workspace = context.Get<WorkspaceStore>().List() is [var first, ..] ? first.Id : null,
                Details = [("thorough", thorough), ("wrong", findings.Count(finding => !finding.Ok)), ("statements", RequestScope.Current?.Statements)],
            });
        }

        return findings;
    }

    private static string CheckModes(DataFolder folder)
    {
        var open = folder.FindOpenToOthers();
        return open.Count == 0
            ? folder.Path
            : throw new ProblemException(ProblemCodes.BadConfiguration, $"Others may read {open[0]}{(open.Count > 1 ? $" and {open.Count - 1} more" : "")}. Run: chmod -R go= {folder.Path}");
    }

    private static string CheckFolders(CommandContext context)
    {
        context.Get<WorkspaceLifecycle>().Sweep();
        var known = context.Get<WorkspaceStore>().List().Select(workspace => workspace.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        var strange = context.Get<DataFolder>().WorkspaceNames().Where(name => !known.Contains(name)).ToArray();
        return strange.Length == 0
            ? "each belongs to a workspace"
            : throw new ProblemException(
                ProblemCodes.BadConfiguration,
                $"The control database knows nothing of workspaces/{strange[0]}{(strange.Length > 1 ? $" and {strange.Length - 1} more" : "")}. If an older control database was restored, restore the newer one; else remove the folder.");
    }

    private static string CheckWorkspace(CommandContext context, Workspace workspace, bool thorough)
    {
        var path = context.Get<DataFolder>().DatabaseOf(workspace.Id);
        using var key = KeyDerivation.ForWorkspace(context.Get<MasterKey>(), workspace.Id, workspace.KeySalt);
        using var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadOnly);
        var catalog = CatalogStore.Read(connection);
        var problems = thorough ? EncryptedDatabase.CheckIntegrity(connection) : [];
        return problems.Count == 0
            ? $"{catalog.Tables.Count} tables, {new FileInfo(path).Length / 1048576.0:0.0} MiB"
            : throw new VaultException(VaultError.Corrupt, $"The file {path} is damaged ({problems[0]}). Restore it from the last backup.");
    }

    private static async Task<Finding> CheckSandboxAsync(CommandContext context, CancellationToken cancel)
    {
        const string name = "SQL sandbox";
        if (context.Get<WorkspaceStore>().List() is not [var first, ..])
        {
            return new Finding(name, true, "not tried: there is no workspace yet");
        }

        try
        {
            var question = new QueryMessage("SELECT 1", ReadAccess.Everything, 1, 1000, context.Get<QueryOptions>().Deadline);
            var answer = await context.Get<IWorkspaceGateway>().QueryAsync(first.Id, question, cancel);
            return new Finding(name, true, FormattableString.Invariant($"a worker answered in {answer.Elapsed.TotalMilliseconds:0.0} ms"));
        }
        catch (Exception error) when (error is ProblemException or VaultException)
        {
            return new Finding(name, false, error.Message);
        }
    }

    private static void Print(Output output, IReadOnlyList<Finding> findings)
    {
        output.Table(["", "check", "finding"], findings.Select(finding => new[] { finding.Ok ? "ok" : "WRONG", finding.Name, finding.Text }));
        var wrong = findings.Count(finding => !finding.Ok);
        output.Line(wrong == 0 ? $"All {findings.Count} checks are fine." : $"{wrong} of {findings.Count} checks found something wrong; the first one may cause the others.");
    }

    private sealed record Finding(string Name, bool Ok, string Text)
    {
        public static Finding Of(string name, Func<string> look)
        {
            try
            {
                return new Finding(name, true, look());
            }
            catch (Exception error) when (error is ProblemException or VaultException or IOException or UnauthorizedAccessException)
            {
                return new Finding(name, false, error.Message);
            }
        }
    }
}
