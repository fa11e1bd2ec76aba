using System.Text.Encodings.Web;
using MimeKit;

namespace WorkspaceServer.Features.Mail;

/// <summary>One mail: a few sentences, perhaps a link on a line of its own, and a few more.</summary>
/// <param name="Button">What the link does.</param>
internal sealed record MailText(string To, string Subject, string Before, string? Link, string? Button, string After)
{
    /// <summary>As plain text and as the least HTML that shows the same: no picture, no script, nothing fetched.</summary>
    public MimeMessage ToMessage(string from, DateTimeOffset now)
    {
        var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(new MailboxAddress("", To));
        message.Subject = Subject;
        message.Date = now;
        // Asks other programs not to answer by themselves (RFC 3834, section 5).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new BodyBuilder { TextBody = Plain(), HtmlBody = Html() }.ToMessageBody();
        return message;
    }

    private string Plain() => string.Join("\n\n", new[] { Before, Link, After }.OfType<string>()) + "\n";

    private string Html()
    {
        var link = Link is null ? "" : $"<p><a href=\"{Encoded(Link)}\">{Encoded(Button ?? Link)}</a></p>";
        return $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{Encoded(Subject)}</title><p>{Encoded(Before)}</p>{link}<p>{Encoded(After)}</p></html>";
    }

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);
}
