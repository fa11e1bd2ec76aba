using System.Threading.Channels;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mail;

/// <summary>Sends mails behind the callers' backs, so that no answer waits for a mail server or tells by its time whether there was a mail.</summary>
internal sealed partial class MailQueue(IMailTransport transport, MailOptions options, TimeProvider clock, ILogger<MailQueue> log) : BackgroundService
{
    /// <summary>Mails that may wait.</summary>
    public const int MaxWaiting = 1_000;

    /// <summary>No such address can exist (RFC 2606, section 2): made-up people have one, and a mail server would only send the mail back.</summary>
    private const string Nobody = ".invalid";

    /// <summary>Pauses before the second and the third try.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    private readonly Channel<Func<Task<MailText?>>> waiting = Channel.CreateBounded<Func<Task<MailText?>>>(MaxWaiting);

    private long lost;

    /// <summary>Mails that wait now.</summary>
    public int WaitingMails => waiting.Reader.Count;

    /// <summary>Mails that could not be sent since the start.</summary>
    public long LostMails => Interlocked.Read(ref lost);

    /// <param name="compose">Runs later; says what to send, or null for nothing.</param>
    /// <exception cref="ProblemException"><see cref="ProblemCodes.Busy"/>: too many wait already.</exception>
    public void Enqueue(Func<Task<MailText?>> compose)
    {
        // What is logged and recorded of the mail names the request that asked for it.
        var context = ExecutionContext.Capture()!;
        if (!waiting.Writer.TryWrite(() => RunIn(context, compose)))
        {
            throw new ProblemException(ProblemCodes.Busy, "Too many mails are waiting. Try again in a few minutes.");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var compose in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (await compose() is { } mail)
                {
                    await SendAsync(mail, stoppingToken);
                }
            }
#pragma warning disable CA1031 // One mail that cannot be sent must not stop the others; the operator reads of it in the log.
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Interlocked.Increment(ref lost);
                NotSent(log, error);
            }
        }
    }

    private static Task<MailText?> RunIn(ExecutionContext context, Func<Task<MailText?>> compose)
    {
        Task<MailText?>? running = null;
        ExecutionContext.Run(context, _ => running = compose(), null);
        return running!;
    }

    private async Task SendAsync(MailText mail, CancellationToken cancel)
    {
        if (mail.To.EndsWith(Nobody, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var message = mail.ToMessage(options.From, clock.GetUtcNow());
        foreach (var pause in Pauses)
        {
            try
            {
                await transport.SendAsync(message, cancel);
                return;
            }
            catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or MailKit.ServiceNotConnectedException or MailKit.ProtocolException or TimeoutException)
            {
                await Task.Delay(pause, clock, cancel);
            }
        }

        await transport.SendAsync(message, cancel);
    }

    // Neither who it was for nor what it said.
    [LoggerMessage(1, LogLevel.Error, "A mail could not be sent; it is lost. Whoever waits for it can ask for another.")]
    private static partial void NotSent(ILogger logger, Exception error);
}
