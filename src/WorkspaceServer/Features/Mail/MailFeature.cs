using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Mail;

/// <summary>Plugs mail into the server.</summary>
internal static class MailFeature
{
    public static void AddMail(this IServiceCollection services)
    {
        services.AddMailTransport();
        services.AddSingleton<MailQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<MailQueue>());
    }

    /// <summary>What verbs need of it: they wait until a mail is on its way.</summary>
    public static void AddMailTransport(this IServiceCollection services) =>
        services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<MailOptions>() is { Host.Length: > 0 } options
            ? new SmtpTransport(options)
            : new SpoolTransport(provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<TimeProvider>()));
}
