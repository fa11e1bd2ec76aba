using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>workspace create: makes a workspace, an encrypted file under a key of its own.</summary>
internal static class CreateWorkspaceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "What people call it." };
        var sample = new Option<bool>("--sample") { Description = "Load the sample books of a fictional trading firm." };
        var command = Verb.Create("create", "Make a workspace: an encrypted file under a key of its own.", "workspace create \"Sharma Traders\" --sample", Recording.As(AuditActions.WorkspaceCreated, AuditActions.SampleLoaded));
        command.Add(name);
        command.Add(sample);
        return command.Runs(async (context, cancel) =>
        {
            var workspace = Create(context.Get<WorkspaceLifecycle>(), context.Get<AuditLog>(), context.Arguments.GetValue(name)!);
            var tables = context.Arguments.GetValue(sample)
                ? await SampleCommand.LoadAsync(context.Output, context.Get<IWorkspaceGateway>(), context.Get<AuditLog>(), workspace.Id, SampleBooks.DefaultScale, cancel)
                : [];
            context.Output.Result(
                new { Id = workspace.Id.ToString(), workspace.Name, Tables = tables.Select(table => new { table.Name, table.RowCount }) },
                output => output.Line($"Workspace {workspace.Name} is ready{(tables.Count > 0 ? $" with {tables.Count} tables" : "")}. Its id: {workspace.Id}"));
            return ExitCodes.Ok;
        });
    }

    public static Workspace Create(WorkspaceLifecycle lifecycle, AuditLog audit, string name) =>
        lifecycle.Create(name, (connection, workspace) => audit.Append(connection, new AuditEntry(AuditActions.WorkspaceCreated)
        {
            Target = ("workspace", workspace.Id.ToString()),
            Workspace = workspace.Id,
            Details = [("name", workspace.Name)],
        }));
}
