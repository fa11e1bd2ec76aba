using MimeKit;

namespace WorkspaceServer.Features.Mail;

/// <summary>Takes a mail out of our hands.</summary>
internal interface IMailTransport
{
    Task SendAsync(MimeMessage message, CancellationToken cancel);
}
