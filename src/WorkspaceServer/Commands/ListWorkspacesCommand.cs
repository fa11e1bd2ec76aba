using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace list: every workspace, or those that were deleted and can be brought back.</summary>
internal static class ListWorkspacesCommand
{
    public static Command Build()
    {
        var deleted = new Option<bool>("--deleted") { Description = "Those that were deleted and can still be brought back." };
        var command = Verb.Create("list", "List the workspaces, oldest first.", "workspace list", Recording.Nothing("shows names"));
        command.Add(deleted);
        return command.Runs((context, _) =>
        {
            context.Require(Permissions.SystemWorkspaces);
            var store = context.Get<WorkspaceStore>();
            var onHold = context.Arguments.GetValue(deleted);
            Workspace[] workspaces = [.. onHold ? store.ListKept().Where(each => each.HeldUntil is not null) : store.List()];
            context.Output.Result(workspaces.Select(each => new { Id = each.Id.ToString(), each.Name, each.CreatedAt, each.HeldUntil }), output =>
            {
                if (workspaces.Length == 0)
                {
                    output.Line(onHold ? "No deleted workspace can be brought back." : "There are no workspaces yet. Make one with: workspace-server workspace create NAME");
                    return;
                }

                output.Table(
                    ["id", "name", onHold ? "kept until (UTC)" : "created (UTC)"],
                    workspaces.Select(each => new[] { each.Id.ToString(), each.Name, (each.HeldUntil ?? each.CreatedAt).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) }));
            });
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
