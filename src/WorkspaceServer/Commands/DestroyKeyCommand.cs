using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>key destroy: destroys a workspace's key and files at once, on hold or not.</summary>
internal static class DestroyKeyCommand
{
    public static Command Build()
    {
        var name = GlobalOptions.Workspace();
        var yes = new Option<bool>("--yes") { Description = "Really destroy it. There is no way back but a backup from before; once the last of those is gone, no copy can be read." };
        var command = Verb.Create(
            "destroy", "Destroy a workspace's key and files at once and for good, whether it was deleted before or not.", "key destroy --workspace \"Old books\" --yes", Recording.As(AuditActions.KeyDestroyed));
        command.Add(name);
        command.Add(yes);
        return command.Runs((context, _) =>
        {
            var workspace = context.FindWorkspace(context.Arguments.GetValue(name)!, Permissions.WorkspaceClose, WorkspaceState.Any);
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"This destroys workspace {workspace.Name} ({workspace.Id}) for good. Add --yes to do it.");
            }

            var lifecycle = context.Get<WorkspaceLifecycle>();
            lifecycle.Destroy(workspace, (connection, measure) => context.Get<AuditLog>().Append(connection, new AuditEntry(AuditActions.KeyDestroyed)
            {
                Target = ("workspace", workspace.Id.ToString()),
                Workspace = workspace.Id,
                Details = measure.Details,
            }));
            lifecycle.Forget();
            Print(context, workspace);
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    /// <summary>A generation is removed by the first sweep after its retention, and one is made each day.</summary>
    private static void Print(CommandContext context, Workspace workspace)
    {
        var options = context.Get<BackupOptions>();
        DateTimeOffset? until = options.IsOn ? context.Get<TimeProvider>().GetUtcNow().AddDays(options.RetentionDays + 1) : null;
        context.Output.Result(new { Id = workspace.Id.ToString(), Destroyed = true, ReadableInBackupsUntil = until }, output =>
        {
            output.Line($"The key and the files of workspace {workspace.Name} are destroyed.");
            output.Line(until is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"Backups of before still hold it: whoever has the store, the identity and the master key could read it until {end.UtcDateTime:yyyy-MM-dd}, when the last of them is removed.")
                : "This server makes no backups. If copies of its data folder were made by other means, they still hold it.");
        });
    }
}
