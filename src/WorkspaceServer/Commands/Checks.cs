using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Commands;

/// <summary>Every check, in the order in which they are made: what others need comes first.</summary>
internal static class Checks
{
    public static void AddChecks(this IServiceCollection services, SettingsFiles? files = null)
    {
        services.AddSingleton<Checkup>();
        services.AddSingleton<IDiskProbe, DiskProbe>();
        services.AddSingleton(HostPrograms.OfThisMachine());
        services.AddCheck<ConfigurationCheck>("configuration");
        if (files is not null)
        {
            services.AddSingleton(files);
            services.AddCheck<SecretsFileCheck>("secrets file");
        }

        services.AddCheck<LibraryCheck>("SQLCipher library");
        services.AddCheck<MasterKeyCheck>("master key");
        services.AddCheck<DataFolderCheck>("data folder", CheckReach.Every);
        services.AddCheck<DiskCheck>("disk");
        services.AddCheck<OpenFilesCheck>("open files");
        services.AddCheck<ClockCheck>("clock");
        services.AddCheck<PortCheck>("port");
        services.AddCheck<PublicAddressCheck>("public address");
        services.AddCheck<MailCheck>("mail");
        services.AddCheck<ControlFileCheck>("control database");
        services.AddCheck<AuditCheck>("audit log");
        services.AddCheck<BackupCheck>("backup");
        services.AddCheck<DrillCheck>("restore drill");
        services.AddCheck<RecoverySheetCheck>("recovery sheet");
        services.AddCheck<PlacesCheck>("places");
        services.AddCheck<WorkspaceFilesCheck>("workspace folders", CheckReach.Every);
        services.AddCheck<SandboxCheck>("SQL sandbox", CheckReach.Every);
        services.AddCheck<OwnServiceCheck>("service", isOfHost: true);
        services.AddCheck<NginxCheck>("nginx", isOfHost: true);
        services.AddCheck<NginxFilesCheck>("nginx files", isOfHost: true);
        services.AddCheck<FirewallCheck>("firewall", isOfHost: true);
        services.AddCheck<SshCheck>("ssh", isOfHost: true);
        services.AddCheck<Fail2BanCheck>("fail2ban", isOfHost: true);
        services.AddCheck<UpdatesCheck>("updates", isOfHost: true);
    }
}
