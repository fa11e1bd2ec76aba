using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Sync;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>sync accept-schema: lets the changed columns of a table pass.</summary>
internal static class AcceptSchemaCommand
{
    public static Command Build()
    {
        var table = new Argument<string>("TABLE") { Description = "The table's name." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("accept-schema", "Let the changed columns of a table pass; sync status shows what waits.", "sync accept-schema orders --workspace \"Sharma Traders\"", Recording.As(AuditActions.SyncSchemaAccepted));
        command.Add(table);
        command.Add(workspace);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.SyncApprove).Id;
            var name = context.Arguments.GetValue(table)!;
            var changes = await context.Get<SyncDesk>().AcceptSchemaAsync(id, name, cancel);
            context.Output.Result(new { Table = name, Accepted = changes }, output => output.Line($"Accepted for {name}: {changes}. The agent's next snapshot brings it."));
            return ExitCodes.Ok;
        });
    }
}
