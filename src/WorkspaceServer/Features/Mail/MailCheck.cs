using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Mail;

/// <summary>A mail server is set, and its password can be read. It is not called: a check sends nothing.</summary>
internal sealed class MailCheck(MailOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        if (options.Host.Length == 0)
        {
            return Finding.Warn("No mail server is set: invitations and links are written as files into the folder mail of the data folder, and reach nobody.", "Mail:Host", "set Mail:Host, Mail:From and what else your mail server needs (ops/reference.md)");
        }

        if (options.User.Length > 0)
        {
            try
            {
                SmtpTransport.ReadPassword(options.PasswordFile);
            }
            catch (ProblemException error)
            {
                return Finding.Fail(error, options.PasswordFile);
            }
        }

        return Finding.Ok($"through {options.Host}, from {options.From}", "Mail:Host");
    }
}
