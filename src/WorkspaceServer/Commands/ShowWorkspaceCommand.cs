using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace show: one workspace with its size and tables.</summary>
internal static class ShowWorkspaceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("WORKSPACE") { Description = "Its id or name." };
        var command = Verb.Create("show", "Show one workspace with its size and tables.", "workspace show \"Sharma Traders\"", Recording.Nothing("shows sizes, no rows"));
        command.Add(name);
        return command.Runs(async (context, cancel) =>
        {
            var workspace = context.FindWorkspace(context.Arguments.GetValue(name)!, Permissions.WorkspaceRead);
            var catalog = await context.Get<IWorkspaceGateway>().GetCatalogAsync(workspace.Id, ReadAccess.Everything, cancel);
            var path = context.Get<DataFolder>().DatabaseOf(workspace.Id);
            var document = new
            {
                Id = workspace.Id.ToString(),
                workspace.Name,
                workspace.CreatedAt,
                Region = context.Get<ResidencyOptions>().Place,
                File = path,
                Bytes = new FileInfo(path).Length,
                Tables = catalog.Tables.Count,
                Rows = catalog.Tables.Sum(table => table.RowCount),
            };
            context.Output.Result(document, output => output.Fields(
                ("id", document.Id),
                ("name", document.Name),
                ("created", document.CreatedAt.ToString("u", CultureInfo.InvariantCulture)),
                ("region", document.Region ?? "not said: Residency:Region"),
                ("file", document.File),
                ("size", $"{document.Bytes / 1048576.0:0.0} MiB"),
                ("tables", document.Tables.ToString(CultureInfo.InvariantCulture)),
                ("rows", document.Rows.ToString("N0", CultureInfo.InvariantCulture))));
            return ExitCodes.Ok;
        });
    }
}
