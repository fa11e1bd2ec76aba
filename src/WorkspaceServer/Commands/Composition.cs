using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.Downloads;
using WorkspaceServer.Features.Keys;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.OAuth;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Features.Smoke;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Features.Sync;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Sync;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Commands;

/// <summary>Puts the parts together, for verbs and for the server alike. Each part is made when it is first needed.</summary>
internal static class Composition
{
    /// <param name="files">Where the settings came from, for the checks.</param>
    /// <param name="change">For tests: services that take the place of ours.</param>
    public static ServiceProvider BuildServices(IConfiguration configuration, SettingsFiles? files = null, Action<IServiceCollection>? change = null)
    {
        var services = new ServiceCollection();
        services.AddChecks(files);
        services.AddWorkspaces(configuration);
        services.AddAccess();
        services.AddTokens();
        services.AddColumns();
        services.AddGrants();
        services.AddAgents();
        services.AddSync();
        services.AddOperator();
        services.AddAccounts();
        services.AddClosure();
        services.AddMailTransport();
        services.AddExternalIdentities();
        services.AddSingleton<PublicAddress>();
        services.AddSmoke();
        change?.Invoke(services);
        return services.BuildServiceProvider();
    }

    public static void AddWorkspaces(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddOptions(configuration, VaultOptions.Section, new VaultOptions.Validator());
        services.AddOptions(configuration, WorkspaceOptions.Section, new WorkspaceOptions.Validator());
        services.AddOptions(configuration, QueryOptions.Section, new QueryOptions.Validator());
        services.AddOptions(configuration, ServerOptions.Section, new ServerOptions.Validator());
        services.AddOptions(configuration, LimitOptions.Section, new LimitOptions.Validator());
        services.AddOptions(configuration, McpOptions.Section, new McpOptions.Validator());
        services.AddOptions(configuration, SyncOptions.Section, new SyncOptions.Validator());
        services.AddOptions(configuration, AuthOptions.Section, new AuthOptions.Validator());
        services.AddOptions(configuration, PublicOptions.Section, new PublicOptions.Validator());
        services.AddOptions(configuration, DownloadOptions.Section, new DownloadOptions.Validator());
        services.AddOptions(configuration, ChallengeOptions.Section, new ChallengeOptions.Validator());
        services.AddOptions(configuration, MailOptions.Section, new MailOptions.Validator());
        services.AddOptions(configuration, SmsOptions.Section, new SmsOptions.Validator());
        services.AddOptions(configuration, OidcOptions.Section, new OidcOptions.Validator(IsMode(configuration, AuthMode.Oidc)));
        services.AddOptions(configuration, ClerkOptions.Section, new ClerkOptions.Validator(IsMode(configuration, AuthMode.Clerk)));
        services.AddSingleton(provider => OpenFolder(provider.GetRequiredService<VaultOptions>()));
        services.AddSingleton(provider => LoadKey(provider.GetRequiredService<VaultOptions>(), provider.GetRequiredService<ServerOptions>()));
        services.AddSingleton(provider => FolderUse.Shared(provider.GetRequiredService<DataFolder>()));
        services.AddSingleton(provider => OpenControl(provider.GetRequiredService<FolderUse>(), provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<MasterKey>()));
        services.AddAudit(configuration);
        services.AddBackups(configuration);
        services.AddSingleton<WorkspaceStore>();
        services.AddSingleton<ChangeCounter>();
        services.AddSingleton<WorkspaceLifecycle>();
        services.AddSingleton<OpenWorkspaces>();
        services.AddSingleton<TableLoads>();
        services.AddSingleton<StatementTrail>();
        services.AddSingleton(provider => new SandboxPool(
            Workers(provider.GetRequiredService<QueryOptions>(), provider.GetRequiredService<VaultOptions>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<StatementTrail>(),
            provider.GetService<ILogger<SandboxPool>>() ?? NullLogger<SandboxPool>.Instance));
        services.AddSingleton<IWorkspaceGateway, LocalWorkspaceGateway>();
        services.AddSingleton<ISyncGateway, LocalSyncGateway>();
    }

    /// <summary>Every section of the settings, for the reference and for checks.</summary>
    public static IReadOnlyList<OptionsSection> AllSections()
    {
        using var services = BuildServices(new ConfigurationBuilder().Build());
        return [.. services.GetServices<OptionsSection>()];
    }

    // A mode that does not exist is the section Auth's to report.
    private static bool IsMode(IConfiguration configuration, AuthMode mode) =>
        mode.ToString().Equals(configuration[$"{AuthOptions.Section}:{nameof(AuthOptions.Mode)}"], StringComparison.OrdinalIgnoreCase);

    private static DataFolder OpenFolder(VaultOptions options)
    {
        SqlCipher.Initialize(options.SqlCipherLibrary);
        return DataFolder.Open(options.DataDirectory);
    }

    private static MasterKey LoadKey(VaultOptions options, ServerOptions server)
    {
        KeyRotation.RequireNone(options);
        var key = MasterKey.Load(options.MasterKeyFile);
        try
        {
            server.RequireKey(key);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <param name="use">Held for as long as the database is open: whoever replaces keys waits for that.</param>
    private static ControlDatabase OpenControl(FolderUse use, DataFolder folder, MasterKey master)
    {
        ArgumentNullException.ThrowIfNull(use);
        return ControlDatabase.Open(folder, master);
    }

    private static SandboxOptions Workers(QueryOptions query, VaultOptions vault)
    {
        var options = new SandboxOptions
        {
            WorkerPath = Path.Combine(AppContext.BaseDirectory, "workspace-sandbox"),
            LibraryPath = vault.SqlCipherLibrary,
        };
        return query.Workers == 0 ? options : options with { Workers = query.Workers };
    }
}
