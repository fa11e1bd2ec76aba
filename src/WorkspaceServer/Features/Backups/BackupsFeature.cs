using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkspaceServer.Control;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault.Keys;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Backups;

/// <summary>Plugs backups in, for verbs and for the server.</summary>
internal static class BackupsFeature
{
    /// <summary>Needs the master key, the data folder, the control database, the audit log and the clock.</summary>
    public static void AddBackups(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions(configuration, ResidencyOptions.Section, new ResidencyOptions.Validator());
        services.AddOptions(configuration, BackupOptions.Section, new BackupOptions.Validator(ResidencyOptions.Of(configuration)));
        services.AddSingleton(provider => provider.GetRequiredService<BackupOptions>().OpenStore(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new BackupSigner(provider.GetRequiredService<MasterKey>(), BackupStore.EarlierSigners(provider.GetRequiredService<ControlDatabase>())));
        services.AddSingleton<BackedUpDatabases>();
        services.AddSingleton<BackupStore>();
        services.AddSingleton<Stamps>();
        services.AddSingleton<RecipientWatch>();
        services.AddSingleton<RecoverySheetStore>();
        services.AddSingleton<BackupRunner>();
        services.AddSingleton<PackRunner>();
        services.AddSingleton<LeftoverSweeper>();
        services.AddSingleton<BackupSweeper>();
        services.AddSingleton<BackupVerifier>();
        services.AddSingleton<BackupHealth>();
        services.AddSingleton<BackupSummaries>();
        services.AddSingleton<BackupWish>();
        services.AddSingleton<DrillStore>();
        services.AddSingleton<RestoreRequestStore>();
        services.AddSingleton<WorkspaceMoments>();
        services.AddSingleton<RestoreRequests>();

        // Verbs have no pages that anybody would tell.
        services.TryAddSingleton<Signals>();
    }

    /// <summary>The nightly timer, for the server only.</summary>
    public static void AddBackupTimer(this IServiceCollection services) => services.AddHostedService<BackupTimer>();

    /// <summary>What a workspace's people see of its backups.</summary>
    public static void AddBackupPages(this IServiceCollection services)
    {
        services.AddSingleton<BackupProgress>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 35, T.Later("Backups"), "backup", ShowBackups.Behind, Permissions.BackupsRead.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ShowBackups.Map(routes);
        CopyPages.Map(routes);
        CopyApi.Map(routes);
    }
}
