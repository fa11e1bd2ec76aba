using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace list: the workspaces, oldest first.</summary>
internal static class ListWorkspacesCommand
{
    public static Command Build() => Verb
        .Create("list", "List the workspaces, oldest first.", "workspace list", Recording.Nothing("shows names"))
        .Runs((context, _) =>
        {
            var workspaces = context.Get<WorkspaceStore>().List();
            context.Output.Result(workspaces.Select(each => new { Id = each.Id.ToString(), each.Name, each.CreatedAt }), output =>
            {
                if (workspaces.Count == 0)
                {
                    output.Line("There are no workspaces yet. Make one with: workspace-server workspace create NAME");
                    return;
                }

                output.Table(
                    ["id", "name", "created (UTC)"],
                    workspaces.Select(each => new[] { each.Id.ToString(), each.Name, each.CreatedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) }));
            });
            return Task.FromResult(ExitCodes.Ok);
        });
}
