using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>key backup-recipients list, add and remove: who can decrypt backups, as the settings file says.</summary>
/// <remarks>Opens neither keys nor databases, for the settings file may belong to root. The server records what changed when it makes the next backup, whoever changed it.</remarks>
internal static class BackupRecipientsCommand
{
    private const string WhyNothing = "the server records it with the next backup, whoever changed the settings";

    public static Command Build()
    {
        var group = new Command("backup-recipients", "List, add and remove those who can decrypt backups.");
        group.Add(Verb.Create("list", "Show whom backups are encrypted to.", "key backup-recipients list", Recording.Nothing("reads only")).Runs((context, _) =>
        {
            var recipients = context.Get<BackupOptions>().Recipients;
            context.Output.Result(new { Recipients = recipients }, output =>
            {
                foreach (var each in recipients.DefaultIfEmpty("Nobody: nothing is backed up. Run: workspace-server backup configure --new-identity FILE"))
                {
                    output.Line(each);
                }
            });
            return Task.FromResult(ExitCodes.Ok);
        }));
        group.Add(Changing("add", "Let one more decrypt backups, from the next one on.", "The public half of an age identity: age1… or age1pq1….", Add));
        group.Add(Changing("remove", "Let one less decrypt backups, from the next one on. One must be left.", "As key backup-recipients list shows it.", Remove));
        return group;
    }

    private static Command Changing(string name, string description, string meaning, Func<string[], string, string[]> change)
    {
        var recipient = new Argument<string>("RECIPIENT") { Description = meaning };
        var command = Verb.Create(name, description, $"key backup-recipients {name} age1…", Recording.Nothing(WhyNothing));
        command.Add(recipient);
        return command.Runs((context, _) =>
        {
            var (file, options) = (context.Files.Settings, context.Get<BackupOptions>());
            if (!RecipientsFile.Read(file).SequenceEqual(options.Recipients, StringComparer.Ordinal))
            {
                throw new ProblemException(ProblemCodes.BadConfiguration, $"Backup:Recipients is not set in {file} alone, but in server.env, in the environment or with --set. Change it there.");
            }

            var next = change(options.Recipients, context.Arguments.GetValue(recipient)!);
            if (new BackupOptions.Validator(context.Get<ResidencyOptions>()).Validate(options with { Recipients = next }).Errors is [var error, ..])
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"Backup:{error.PropertyName} {error.ErrorMessage}");
            }

            RecipientsFile.Write(file, next);
            context.Output.Result(new { Recipients = next, File = file, options.RetentionDays }, output => Print(output, name, file, options.RetentionDays));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static string[] Add(string[] present, string text)
    {
        var recipient = Parsed(text);
        return present.Contains(recipient, StringComparer.Ordinal)
            ? throw new ProblemException(ProblemCodes.AlreadyExists, "Backups are encrypted to this recipient already.")
            : [.. present, recipient];
    }

    private static string[] Remove(string[] present, string text)
    {
        if (!present.Contains(text, StringComparer.Ordinal))
        {
            throw new ProblemException(ProblemCodes.NotFound, "Backups are not encrypted to this recipient. List them with: workspace-server key backup-recipients list");
        }

        return present.Length > 1
            ? [.. present.Where(each => each != text)]
            : throw new ProblemException(ProblemCodes.InvalidArgument, "This is the last one, and without any nothing is backed up. Add another first. To switch backups off, empty Backup:Recipients by hand.");
    }

    private static string Parsed(string text)
    {
        try
        {
            return AgeRecipient.Parse(text).ToString();
        }
        catch (AgeException error)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, error.Message, error);
        }
    }

    private static void Print(Output output, string name, string file, int days)
    {
        output.Line($"{file} is changed; what it held before is in {Path.GetFileName(file)}.before.");
        output.Line("Start the server again: systemctl restart workspace-server. It then makes a whole new backup, every file anew, and records the change.");
        output.Line();
        output.Line(name == "add"
            ? "What is in the store already cannot be read with the new identity; everything from the next backup on can."
            : string.Create(CultureInfo.InvariantCulture, $"What is in the store already can still be read with the removed identity, until it is {days} days old (Backup:RetentionDays) or you remove it from the store."));
        output.Line("Print the recovery sheet again: workspace-server key recovery-sheet");
    }
}
