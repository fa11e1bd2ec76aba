using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace delete: nobody reaches the workspace any more; for 30 days it can be brought back, then its key and files are destroyed.</summary>
internal static class DeleteWorkspaceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("WORKSPACE") { Description = "Its id or name." };
        var yes = new Option<bool>("--yes") { Description = "Really delete it." };
        var command = Verb.Create(
            "delete",
            "Take a workspace away from everybody at once. For 30 days it can be brought back, then its key and files are destroyed.",
            "workspace delete \"Old books\" --yes",
            Recording.As(AuditActions.WorkspaceClosing));
        command.Add(name);
        command.Add(yes);
        return command.Runs((context, _) =>
        {
            var workspace = context.FindWorkspace(context.Arguments.GetValue(name)!, Permissions.WorkspaceClose);
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"This takes workspace {workspace.Name} ({workspace.Id}) away from everybody, and destroys it after 30 days. Add --yes to do it.");
            }

            var until = context.Get<WorkspaceLifecycle>().Hold(workspace.Id, connection => context.Get<AuditLog>().Append(connection, new AuditEntry(AuditActions.WorkspaceClosing)
            {
                Target = ("workspace", workspace.Id.ToString()),
                Workspace = workspace.Id,
                Details = [("name", workspace.Name)],
            }));
            context.Output.Result(new { Id = workspace.Id.ToString(), Deleted = true, HeldUntil = until }, output =>
            {
                output.Line($"Workspace {workspace.Name} is deleted: nobody reaches it any more.");
                output.Line(string.Create(CultureInfo.InvariantCulture, $"Until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC it can be brought back: workspace-server workspace undelete {workspace.Id}"));
                output.Line($"To destroy it now: workspace-server key destroy --workspace {workspace.Id} --yes");
            });
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
