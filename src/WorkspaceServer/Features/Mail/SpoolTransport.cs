using MimeKit;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Mail;

/// <summary>Writes mails to files, for a server without a mail server: one .eml each, for its owner only, the newest ones kept.</summary>
internal sealed class SpoolTransport(DataFolder folder, TimeProvider clock) : IMailTransport
{
    /// <summary>Mails that are kept.</summary>
    public const int MaxMails = 1_000;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task SendAsync(MimeMessage message, CancellationToken cancel)
    {
        folder.CreateMail();
        var path = Path.Combine(folder.Mail, Guid.CreateVersion7(clock.GetUtcNow()).ToString("n") + ".eml");
        // Under another name until it is whole, so that whoever watches the folder never reads half a mail.
        await using (var file = new FileStream(path + ".part", new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            await message.WriteToAsync(file, cancel);
        }

        File.Move(path + ".part", path);
        // Names begin with the time, so the oldest come first.
        foreach (var old in Directory.GetFiles(folder.Mail, "*.eml").Order(StringComparer.Ordinal).SkipLast(MaxMails))
        {
            File.Delete(old);
        }
    }
}
