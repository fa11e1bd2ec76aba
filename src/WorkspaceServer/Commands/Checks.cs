using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Commands;

/// <summary>Every check, in the order in which they are made: what others need comes first.</summary>
internal static class Checks
{
    public static void AddChecks(this IServiceCollection services, SettingsFiles? files = null)
    {
        services.AddSingleton<Checkup>();
        services.AddSingleton<Examinations>();
        services.AddSingleton<IDiskProbe, DiskProbe>();
        services.AddSingleton(HostPrograms.OfThisMachine());
        services.AddCheck<ConfigurationCheck>("configuration");
        if (files is not null)
        {
            services.AddSingleton(files);
            services.AddCheck<SecretsFileCheck>("secrets file", claims: ["A34", "A100"]);
        }

        services.AddCheck<LibraryCheck>("SQLCipher library", claims: ["A28", "B10"]);
        services.AddCheck<MasterKeyCheck>("master key", claims: ["A31"]);
        services.AddCheck<DataFolderCheck>("data folder", CheckReach.Every, claims: ["A42"]);
        services.AddCheck<DiskCheck>("disk");
        services.AddCheck<OpenFilesCheck>("open files");
        services.AddCheck<ClockCheck>("clock", claims: ["B47"]);
        services.AddCheck<PortCheck>("port");
        services.AddCheck<PublicAddressCheck>("public address", claims: ["B8"]);
        services.AddCheck<ProxyCheck>("proxy", claims: ["B8"]);
        services.AddCheck<MailCheck>("mail");
        services.AddCheck<ChallengeCheck>("challenge");
        services.AddCheck<SmsCheck>("short messages");
        services.AddCheck<GrievanceCheck>("grievances", claims: ["B49"]);
        services.AddCheck<ControlFileCheck>("control database");
        services.AddCheck<SecondFactorCheck>("second factor", claims: ["A23"]);
        services.AddCheck<AuditCheck>("audit log", claims: ["B28"]);
        services.AddCheck<BackupCheck>("backup", claims: ["A93"]);
        services.AddCheck<StoreLockCheck>("backup lock", CheckReach.Every);
        services.AddCheck<DrillCheck>("restore drill", claims: ["B39", "A97"]);
        services.AddCheck<RecoverySheetCheck>("recovery sheet");
        services.AddCheck<PlacesCheck>("places", claims: ["A39"]);
        services.AddCheck<WorkspaceFilesCheck>("workspace folders", CheckReach.Every);
        services.AddCheck<SandboxCheck>("SQL sandbox", CheckReach.Every, claims: ["C34"]);
        services.AddCheck<OwnServiceCheck>("service", isOfHost: true);
        services.AddCheck<NetworkCheck>("network", isOfHost: true, claims: ["B7"]);
        services.AddCheck<NginxCheck>("nginx", isOfHost: true);
        services.AddCheck<NginxFilesCheck>("nginx files", isOfHost: true, claims: ["A24"]);
        services.AddCheck<FirewallCheck>("firewall", isOfHost: true, claims: ["A44"]);
        services.AddCheck<SshCheck>("ssh", isOfHost: true, claims: ["A46", "A47"]);
        services.AddCheck<Fail2BanCheck>("fail2ban", isOfHost: true, claims: ["A45"]);
        services.AddCheck<UpdatesCheck>("updates", isOfHost: true, claims: ["C19"]);
    }
}
