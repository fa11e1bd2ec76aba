using WorkspaceServer.Features.Sms;

namespace WorkspaceServer.Testing;

/// <summary>Takes every short message and keeps it for the test.</summary>
internal sealed class SmsRecorder : ISmsSender
{
    private readonly Lock gate = new();
    private readonly List<SmsText> messages = [];

    /// <summary>What the next message meets; null to take it.</summary>
    public Exception? Failure { get; set; }

    public IReadOnlyList<SmsText> Messages
    {
        get
        {
            lock (gate)
            {
                return [.. messages];
            }
        }
    }

    /// <summary>The code of the newest message.</summary>
    public string Code => Messages[^1].Text[..6];

    public Task SendAsync(SmsText message, CancellationToken cancel)
    {
        if (Failure is not null)
        {
            return Task.FromException(Failure);
        }

        lock (gate)
        {
            messages.Add(message);
        }

        return Task.CompletedTask;
    }
}
