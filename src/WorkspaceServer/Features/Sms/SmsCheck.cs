using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Sms;

/// <summary>How short messages leave. The gateway is not called: a check sends nothing.</summary>
internal sealed class SmsCheck(SmsOptions options) : QuickCheck
{
    private const string Setting = "Sms:Sender";

    protected override Finding Look(CheckRequest request) => options.Sender switch
    {
        SmsSenderKind.None => Finding.Ok("codes by short message are not offered", Setting),
        SmsSenderKind.Spool => Finding.Warn("Codes by short message are written as files into the folder mail of the data folder, and reach nobody.", Setting, "set Sms:Sender to gateway, or to none"),
        _ => Finding.Ok($"through {new Uri(options.GatewayUrl).Host}", Setting),
    };
}
