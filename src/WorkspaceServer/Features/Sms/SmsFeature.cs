using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Sms;

/// <summary>Plugs short messages into the server.</summary>
internal static class SmsFeature
{
    public static void AddSms(this IServiceCollection services) => services.AddSingleton<ISmsSender>(provider => provider.GetRequiredService<SmsOptions>() switch
    {
        { Sender: SmsSenderKind.Gateway } options => new GatewaySender(options),
        { Sender: SmsSenderKind.Spool } => new SpoolSender(provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<TimeProvider>()),
        _ => new NoSender(),
    });

    /// <summary>Where the settings say that no messages are sent, nobody asks for one.</summary>
    private sealed class NoSender : ISmsSender
    {
        public Task SendAsync(SmsText message, CancellationToken cancel) => throw new InvalidOperationException("Sms:Sender is none, and still a message was to be sent.");
    }
}
