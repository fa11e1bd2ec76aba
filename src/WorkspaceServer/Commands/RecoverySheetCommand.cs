using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>key recovery-sheet: one page to print and keep, with what a restore needs and where it should be; no secret stands on it.</summary>
internal static class RecoverySheetCommand
{
    private const int MaxTries = 3;

    public static Command Build()
    {
        var confirm = new Option<string?>("--confirm") { Description = "The characters that stand on the printed sheet: shows that it was kept. The doctor warns until somebody did.", HelpName = "CHARACTERS" };
        var yes = new Option<bool>("--yes") { Description = "Print it and ask nothing." };
        var command = Verb.Create(
            "recovery-sheet",
            "Print a page to keep on paper: what a restore needs, and where each part should be. No secret stands on it. On a terminal it asks for the characters on the paper.",
            "key recovery-sheet",
            Recording.As(AuditActions.RecoverySheetConfirmed));
        command.Add(confirm);
        command.Add(yes);
        return command.Runs((context, _) =>
        {
            var sheet = Of(context);
            if (context.Arguments.GetValue(confirm) is { } typed)
            {
                Confirm(context, sheet, typed);
                context.Output.Result(new { Confirmed = true }, output => output.Line("Noted: the sheet was kept."));
                return Task.FromResult(ExitCodes.Ok);
            }

            context.Output.Result(
                new { sheet.Server, sheet.MasterKeyFile, sheet.MasterKeyFingerprint, sheet.Store, sheet.Recipients, sheet.Code },
                output => Print(output, sheet, context.Get<TimeProvider>().GetUtcNow()));
            AskIfSomebodyIsThere(context, sheet, context.Arguments.GetValue(yes));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    /// <summary>Prints the sheet for whoever sits at the terminal, and asks for its characters. Does nothing for programs, nor with <paramref name="yes"/>.</summary>
    public static void PrintIfSomebodyIsThere(CommandContext context, bool yes)
    {
        if (IsSomebodyThere(context, yes))
        {
            var sheet = Of(context);
            context.Output.Line();
            Print(context.Output, sheet, context.Get<TimeProvider>().GetUtcNow());
            AskIfSomebodyIsThere(context, sheet, yes);
        }
    }

    private static bool IsSomebodyThere(CommandContext context, bool yes) => !yes && !context.Output.IsJson && !Console.IsInputRedirected && context.Output.IsTerminal;

    private static void AskIfSomebodyIsThere(CommandContext context, RecoverySheet sheet, bool yes)
    {
        for (var tries = 0; tries < MaxTries && IsSomebodyThere(context, yes); tries++)
        {
            context.Output.Line();
            context.Output.Line("Type the characters from the printed sheet, or press Enter to do it later:");
            if (Console.ReadLine() is not { Length: > 0 } typed)
            {
                return;
            }

            try
            {
                Confirm(context, sheet, typed);
                context.Output.Line("Noted: the sheet was kept.");
                return;
            }
            catch (ProblemException error)
            {
                context.Output.Line(error.Message);
            }
        }
    }

    private static void Confirm(CommandContext context, RecoverySheet sheet, string typed)
    {
        if (!sheet.IsCode(typed))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "These are not the characters of the sheet of the present keys and store. Print it again: workspace-server key recovery-sheet");
        }

        context.Get<RecoverySheetStore>().Confirm(sheet.Code, context.Get<TimeProvider>().GetUtcNow(), connection => context.Get<AuditLog>().Append(connection, new AuditEntry(AuditActions.RecoverySheetConfirmed)
        {
            Details = [("master_key", sheet.MasterKeyFingerprint), ("recipients", sheet.Recipients.ToArray()), ("store", sheet.Store)],
        }));
    }

    private static RecoverySheet Of(CommandContext context)
    {
        var backups = context.Get<BackupOptions>();
        return new RecoverySheet(
            context.Get<PublicAddress>().Origin, Path.GetFullPath(context.Get<VaultOptions>().MasterKeyFile), context.Get<MasterKey>().Fingerprint, backups.Place, backups.Recipients);
    }

    private static void Print(Output output, RecoverySheet sheet, DateTimeOffset now)
    {
        output.Line(string.Create(CultureInfo.InvariantCulture, $"RECOVERY SHEET of {sheet.Server}, {now.UtcDateTime:yyyy-MM-dd}"));
        output.Line();
        output.Line("1. The master key. Without it neither the data folder nor any backup can be read.");
        output.Line($"   On the server: {sheet.MasterKeyFile}    Fingerprint: {sheet.MasterKeyFingerprint}");
        output.Line("   A copy is kept at: ______________________________");
        output.Line();
        output.Line("2. The identity of backups (AGE-SECRET-KEY-…). Without it no backup can be read. Never on the server; two copies.");
        foreach (var recipient in sheet.Recipients)
        {
            output.Line($"   Belongs to: {recipient}");
            output.Line("   Copies are kept at: ______________________________ and ______________________________");
        }

        if (sheet.Recipients.Count == 0)
        {
            output.Line("   There is none: nothing is backed up. Run: workspace-server backup configure --new-identity FILE");
        }

        output.Line();
        output.Line($"3. The store: {sheet.Store}");
        output.Line("   Its access key, if it has one, and a copy of the settings file are kept at: ______________________________");
        output.Line();
        output.Line("To bring everything back on a bare machine (ops/runbooks/restore.md):");
        output.Line("   workspace-server restore --identity FILE --master-key FILE");
        output.Line("Keep 1 and 2 apart: whoever has both and the store reads everything. Print this again after each change of keys or store.");
        output.Line();
        output.Line($"This sheet's characters: {sheet.Code}");
        output.Line("Once it is on paper: workspace-server key recovery-sheet --confirm CHARACTERS");
    }
}
