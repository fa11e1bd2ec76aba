using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mail;

/// <summary>Hands mails to a mail server, one connection for each: there are few, and a connection kept open would grow old.</summary>
internal sealed class SmtpTransport(MailOptions options) : IMailTransport
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task SendAsync(MimeMessage message, CancellationToken cancel)
    {
        using var client = new SmtpClient { Timeout = options.TimeoutSeconds * 1000 };
        await client.ConnectAsync(options.Host, options.Port, Security(options.Security), cancel);
        if (options.User.Length > 0)
        {
            await client.AuthenticateAsync(options.User, ReadPassword(options.PasswordFile), cancel);
        }

        await client.SendAsync(message, cancel);
        await client.DisconnectAsync(quit: true, cancel);
    }

    /// <exception cref="ProblemException">There is no such file, or others may read it.</exception>
    public static string ReadPassword(string file)
    {
        if (!File.Exists(file) || (File.GetUnixFileMode(file) & ~OwnerOnly) != 0)
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, $"Mail:PasswordFile: {file} does not exist, or others may read it. Run: chmod 0600 {file}");
        }

        return File.ReadAllText(file).TrimEnd('\r', '\n');
    }

    private static SecureSocketOptions Security(MailSecurity security) => security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
