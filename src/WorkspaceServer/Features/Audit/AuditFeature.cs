using WorkspaceServer.Control;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Audit;

/// <summary>Plugs the audit log in; everybody may record, verbs and server alike.</summary>
internal static class AuditFeature
{
    /// <summary>The log of a control database that was just made, before there are services.</summary>
    public static AuditLog Open(DataFolder folder, ControlDatabase control, AuditMac mac, TimeProvider clock)
    {
        var chain = new AuditChain(mac);
        var store = new AuditStore(control, chain);
        return new AuditLog(store, new AuditAnchor(folder, control, store, chain), control, clock);
    }

    /// <summary>The key of this database's log: derived from the master key, or carried on from an earlier one.</summary>
    public static AuditMac OpenMac(ControlDatabase control, MasterKey master) =>
        AuditStore.CarriedKey(control) is { } carried ? new AuditMac(master, carried) : new AuditMac(master);

    /// <summary>Needs the master key, the data folder, the control database and the clock.</summary>
    public static void AddAudit(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions(configuration, AuditOptions.Section, new AuditOptions.Validator());
        services.AddSingleton<SqlText>();
        services.AddSingleton(provider => OpenMac(provider.GetRequiredService<ControlDatabase>(), provider.GetRequiredService<MasterKey>()));
        services.AddSingleton<AuditChain>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<AuditAnchor>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<AuditReconciler>();
    }

    /// <summary>The pages of the log, and of what AI clients did by it.</summary>
    public static void AddAuditPages(this IServiceCollection services)
    {
        services.AddSingleton<AuditVerdicts>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Ai, 1, T.Later("Activity"), "pulse", ActivityPages.Behind, Permissions.AuditRead.Name, InBar: true));
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 50, T.Later("Audit"), "audit", AuditPages.Behind, Permissions.AuditRead.Name, InBar: true));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<AuditLog>().TellTo(routes.ServiceProvider.GetRequiredService<SecurityLog>());
        ActivityPages.Map(routes);
        AuditPages.Map(routes);
    }
}
