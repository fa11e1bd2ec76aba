using Prometheus;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Features.Mail;

/// <summary>Mails that wait, and those that were lost.</summary>
internal sealed class MailMeasures(ServerMeasures measures, MailQueue mails) : IMeasured
{
    private readonly Gauge waiting = measures.Make.CreateGauge("workspace_mail_waiting", "Mails that wait to be sent.");
    private readonly Counter lost = measures.Make.CreateCounter("workspace_mail_lost_total", "Mails that could not be sent.");

    public void Measure()
    {
        waiting.Set(mails.WaitingMails);
        lost.IncTo(mails.LostMails);
    }
}
