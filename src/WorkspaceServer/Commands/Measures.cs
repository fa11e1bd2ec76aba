using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Smoke;
using WorkspaceServer.Hosting.Measures;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>Everything whose state the metrics show.</summary>
internal static class Measures
{
    public static void AddMeasures(this IServiceCollection services)
    {
        services.AddSingleton<IMeasured, WorkspaceMeasures>();
        services.AddSingleton<IMeasured, AuditMeasures>();
        services.AddSingleton<IMeasured, MailMeasures>();
        services.AddSingleton<IMeasured, BackupMeasures>();
        services.AddSingleton<IMeasured, SmokeMeasures>();
        services.AddSingleton<IMeasured>(provider => provider.GetRequiredService<AgentContacts>());
    }
}
