using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace delete: destroys a workspace's key and files.</summary>
internal static class DeleteWorkspaceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("WORKSPACE") { Description = "Its id or name." };
        var yes = new Option<bool>("--yes") { Description = "Really delete it. There is no way back but a backup from before; once the last of those is gone, no copy can be read." };
        var command = Verb.Create("delete", "Destroy a workspace's key and files, for good.", "workspace delete \"Old books\" --yes", Recording.As(AuditActions.WorkspaceDeleted));
        command.Add(name);
        command.Add(yes);
        return command.Runs((context, _) =>
        {
            var workspace = context.FindWorkspace(context.Arguments.GetValue(name)!, Permissions.WorkspaceClose);
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"This destroys workspace {workspace.Name} ({workspace.Id}) for good. Add --yes to do it.");
            }

            context.Get<WorkspaceLifecycle>().Delete(workspace.Id, connection => context.Get<AuditLog>().Append(connection, new AuditEntry(AuditActions.WorkspaceDeleted)
            {
                Target = ("workspace", workspace.Id.ToString()),
                Workspace = workspace.Id,
                Details = [("name", workspace.Name)],
            }));
            context.Output.Result(new { Id = workspace.Id.ToString(), Deleted = true }, output => output.Line($"Workspace {workspace.Name} is deleted; its key is destroyed."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
