using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Sms;

/// <summary>Writes messages to files beside the mails, for trying it out: one .sms each, for its owner only, the newest ones kept.</summary>
internal sealed class SpoolSender(DataFolder folder, TimeProvider clock) : ISmsSender
{
    /// <summary>Messages that are kept.</summary>
    public const int MaxMessages = 100;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task SendAsync(SmsText message, CancellationToken cancel)
    {
        folder.CreateMail();
        var path = Path.Combine(folder.Mail, Guid.CreateVersion7(clock.GetUtcNow()).ToString("n") + ".sms");
        // Under another name until it is whole, so that whoever watches the folder never reads half a message.
        await using (var file = new FileStream(path + ".part", new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        await using (var writer = new StreamWriter(file))
        {
            await writer.WriteAsync($"To: {message.To}\n\n{message.Text}\n".AsMemory(), cancel);
        }

        File.Move(path + ".part", path);
        foreach (var old in Directory.GetFiles(folder.Mail, "*.sms").Order(StringComparer.Ordinal).SkipLast(MaxMessages))
        {
            File.Delete(old);
        }
    }
}
