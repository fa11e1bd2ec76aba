using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health;

/// <summary>Tells those who run the server when a quick check of doctor fails, such as a missed night: at once, each day for as long as it does, and when it is mended.</summary>
internal sealed partial class FailureMails(Checkup checkup, PeopleStore people, MailQueue mails, PublicAddress address, TimeProvider clock, ILogger<FailureMails> log) : BackgroundService
{
    /// <summary>How often it is looked.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    /// <summary>When the same failure is told again.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromDays(1);

    /// <summary>By check: when it was last told that it fails.</summary>
    private readonly Dictionary<string, DateTimeOffset> told = new(StringComparer.Ordinal);

    /// <summary>Looks once, and queues mails if there is something to tell.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var failing = (await checkup.RunAsync(new CheckRequest(CheckReach.Quick), cancel)).Where(finding => finding.State == CheckState.Fail).ToArray();
        var news = failing.Where(finding => !told.TryGetValue(finding.Check, out var at) || now - at >= Again).ToArray();
        var mended = told.Keys.Except(failing.Select(finding => finding.Check)).ToArray();
        if (news.Length > 0)
        {
            Tell($"{address.Host}: {news[0].Check} fails", string.Join("\n\n", news.Select(finding => $"{finding.Check} ({finding.About}): {finding.Text}\nTo mend it: {finding.Cure}")));
        }

        if (mended.Length > 0)
        {
            Tell($"{address.Host}: {mended[0]} is mended", $"These are in order again: {string.Join(", ", mended)}.");
        }

        foreach (var finding in news)
        {
            told[finding.Check] = now;
        }

        foreach (var name in mended)
        {
            told.Remove(name);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // First of all: the server must listen before its port is looked at.
            await Task.Delay(Every, clock, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
#pragma warning disable CA1031 // One look that fails must not end the others; the operator reads of it in the log.
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Failed(log, error);
            }
        }
    }

    private void Tell(string subject, string text)
    {
        foreach (var person in people.List().Where(person => person is { Role: SystemRole.SuperAdmin, SuspendedAt: null }))
        {
            mails.Enqueue(() => Task.FromResult<MailText?>(new MailText(person.Email, subject, text, null, null, "On the server, this shows everything: workspace-server doctor --host. What to do step by step: ops/runbooks/incident.md.")));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "It could not be looked whether something fails. It is looked again in 15 minutes.")]
    private static partial void Failed(ILogger logger, Exception error);
}
