using System.Threading.Channels;
using MimeKit;
using WorkspaceServer.Features.Mail;

namespace WorkspaceServer.Testing;

/// <summary>Takes every mail and hands it to the test, in the order of sending.</summary>
internal sealed class MailRecorder : IMailTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<MimeMessage> mails = Channel.CreateUnbounded<MimeMessage>();

    public Task SendAsync(MimeMessage message, CancellationToken cancel) => mails.Writer.WriteAsync(message, cancel).AsTask();

    public async Task<MimeMessage> NextAsync(CancellationToken cancel) => await mails.Reader.ReadAsync(cancel).AsTask().WaitAsync(Patience, cancel);

    /// <summary>The link in the next mail.</summary>
    public async Task<Uri> NextLinkAsync(CancellationToken cancel) => LinkIn(await NextAsync(cancel));

    public static Uri LinkIn(MimeMessage mail) => new(mail.TextBody!.Split('\n').Single(line => line.StartsWith("http", StringComparison.Ordinal)).Trim());
}
