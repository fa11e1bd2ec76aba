namespace WorkspaceServer.Features.Sms;

/// <summary>One short message.</summary>
/// <param name="To">A number as in E.164, such as +919876543210.</param>
internal sealed record SmsText(string To, string Text);

/// <summary>Takes a short message out of our hands. Another way to send them is a class that implements this.</summary>
internal interface ISmsSender
{
    /// <exception cref="IOException">It was not taken.</exception>
    /// <exception cref="HttpRequestException">It was not taken.</exception>
    Task SendAsync(SmsText message, CancellationToken cancel);
}
