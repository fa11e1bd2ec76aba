using System.CommandLine;
using System.Text;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup configure: makes an identity to keep elsewhere, and tries the store with the settings as they are.</summary>
internal static class ConfigureBackupCommand
{
    private const string Probe = "probe/try";

    public static Command Build()
    {
        var file = new Option<string?>("--new-identity") { Description = "Make an age identity in this new file (mode 0600). Move it off this machine: with it backups can be read.", HelpName = "FILE" };
        var postQuantum = new Option<bool>("--post-quantum") { Description = "Make one that a quantum computer does not break either; other programs need age 1.3 to use it." };
        var command = Verb.Create(
            "configure", "Make an identity for backups, and try the store that the settings name.", "backup configure --new-identity /media/usb/backup.key", Recording.As(AuditActions.BackupConfigured));
        command.Add(file);
        command.Add(postQuantum);
        return command.Runs(async (context, cancel) =>
        {
            var options = context.Get<BackupOptions>();
            var recipient = context.Arguments.GetValue(file) is { } path ? MakeIdentity(Path.GetFullPath(path), context.Arguments.GetValue(postQuantum)) : null;
            await TryAsync(context.Get<IObjectStore>(), cancel);
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.BackupConfigured)
            {
                Details = [("store", context.Get<IObjectStore>().Description), ("new_recipient", recipient), ("recipients", options.Recipients)],
            });
            context.Output.Result(
                new { Store = context.Get<IObjectStore>().Description, StoreWorks = true, NewRecipient = recipient, options.Recipients },
                output => Print(output, context.Get<IObjectStore>().Description, recipient, options));
            return ExitCodes.Ok;
        });
    }

    private static string MakeIdentity(string path, bool postQuantum)
    {
        using var identity = AgeIdentity.Create(postQuantum);
        var secret = identity.ToText();
        var bytes = GC.AllocateArray<byte>(secret.Length + 1, pinned: true);
        try
        {
            Encoding.ASCII.GetBytes(secret, bytes);
            bytes[^1] = (byte)'\n';
            using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            stream.Write(Encoding.ASCII.GetBytes($"# public key: {identity.Recipient}\n"));
            stream.Write(bytes);
        }
        finally
        {
            secret.AsSpan().Clear();
            bytes.AsSpan().Clear();
        }

        return identity.Recipient.ToString();
    }

    /// <summary>Writes an object, reads it back and removes it.</summary>
    private static async Task TryAsync(IObjectStore store, CancellationToken cancel)
    {
        var content = "This object tries whether the store works and may be removed."u8.ToArray();
        await store.DeleteAsync(Probe, cancel);
        await store.PutAsync(Probe, stream => stream.WriteAsync(content, cancel).AsTask(), keepUntil: null, cancel);
        await using (var stream = await store.OpenAsync(Probe, cancel))
        {
            var read = new byte[content.Length];
            await stream.ReadExactlyAsync(read, cancel);
            if (!read.AsSpan().SequenceEqual(content))
            {
                throw new ProblemException(ProblemCodes.Corrupt, $"The store {store.Description} gives back other bytes than it was given.");
            }
        }

        await store.DeleteAsync(Probe, cancel);
    }

    private static void Print(Output output, string store, string? recipient, BackupOptions options)
    {
        output.Line($"The store works: {store}");
        if (recipient is not null)
        {
            output.Line();
            output.Line("Add this line to the server's settings (Backup:Recipients), then start it again:");
            output.Line($"  \"Backup\": {{ \"Recipients\": [\"{recipient}\"] }}");
            output.Line();
            output.Line("Move the identity's file off this machine now, and keep two copies. Without it no backup can be read.");
        }
        else if (!options.IsOn)
        {
            output.Line("No recipient is set, so no backup is made. Make an identity with --new-identity FILE.");
        }
    }
}
