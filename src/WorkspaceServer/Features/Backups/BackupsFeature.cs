using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups;

/// <summary>Plugs backups in, for verbs and for the server.</summary>
internal static class BackupsFeature
{
    /// <summary>Needs the master key, the data folder, the control database, the audit log and the clock.</summary>
    public static void AddBackups(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions(configuration, BackupOptions.Section, new BackupOptions.Validator());
        services.AddSingleton(provider => provider.GetRequiredService<BackupOptions>().OpenStore());
        services.AddSingleton(provider => new BackupSigner(provider.GetRequiredService<MasterKey>()));
        services.AddSingleton<BackedUpDatabases>();
        services.AddSingleton<BackupStore>();
        services.AddSingleton<Stamps>();
        services.AddSingleton<BackupRunner>();
        services.AddSingleton<PackRunner>();
        services.AddSingleton<BackupSweeper>();
        services.AddSingleton<BackupVerifier>();
        services.AddSingleton<BackupHealth>();
    }

    /// <summary>The nightly timer, for the server only.</summary>
    public static void AddBackupTimer(this IServiceCollection services) => services.AddHostedService<BackupTimer>();
}
