using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkspaceServer.Agent.Service;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Commands;

/// <summary>sync: once, or again and again as the service does.</summary>
internal static class SyncCommand
{
    public static Command Build()
    {
        var once = new Option<bool>("--once") { Description = "Sync once and end. Without it, go on by the schedule; the service does this." };
        return Verb.Create("sync", "Send what has changed.", "sync --once").With(once).Runs((context, cancel) => context.Arguments.GetValue(once) ? OnceAsync(context, cancel) : ServeAsync(context, cancel));
    }

    private static async Task<int> OnceAsync(VerbContext context, CancellationToken cancel)
    {
        using var log = AgentLog.Open(context.Home);
        var syncer = new Syncer(context.Home, context.Clock, log.CreateLogger("Sync"));
        var outcome = await context.Output.ProgressAsync(show => syncer.RunAsync(new Shown(show), cancel));
        new SyncStatus(outcome.StartedAt, outcome.EndedAt, outcome.Tables).Save(context.Home);
        context.Output.Result(new { Done = outcome.IsDone, outcome.StartedAt, outcome.EndedAt, outcome.Tables }, human => StatusCommand.ShowTables(human, outcome.Tables));
        return outcome.IsDone ? ExitCodes.Ok : outcome.Tables.Any(table => table.Code == AgentProblem.Differs.Code) ? ExitCodes.IntegrityDiffers : ExitCodes.Failed;
    }

    private static async Task<int> ServeAsync(VerbContext context, CancellationToken cancel)
    {
        using var log = AgentLog.Open(context.Home);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddWindowsService(options => options.ServiceName = ServiceText.Name);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton<ILoggerFactory>(log);
        builder.Services.AddSingleton(context.Home);
        builder.Services.AddSingleton(context.Clock);
        builder.Services.AddHostedService<SyncService>();
        using var host = builder.Build();
        await host.RunAsync(cancel);
        return ExitCodes.Ok;
    }

    private sealed class Shown(Action<string> show) : IProgress<SyncProgress>
    {
        public void Report(SyncProgress value) =>
            show(value.Total == 0 ? $"{value.Table}: {value.Doing}" : FormattableString.Invariant($"{value.Table}: {value.Doing}, {value.Done} of {value.Total} batches"));
    }
}
