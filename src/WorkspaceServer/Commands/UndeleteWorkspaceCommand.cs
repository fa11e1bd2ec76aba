using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>workspace undelete: brings back a workspace that was deleted less than 30 days ago.</summary>
internal static class UndeleteWorkspaceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("WORKSPACE") { Description = "Its id or name." };
        var command = Verb.Create(
            "undelete",
            "Bring back a workspace that was deleted less than 30 days ago, with its members, tokens, agents and AI clients.",
            "workspace undelete \"Old books\"",
            Recording.As(AuditActions.WorkspaceClosureStopped));
        command.Add(name);
        return command.Runs((context, _) =>
        {
            var workspace = context.FindWorkspace(context.Arguments.GetValue(name)!, Permissions.WorkspaceClose, WorkspaceState.OnHold);
            context.Get<HeldWorkspaces>().BringBack(workspace.Id.ToString());
            context.Output.Result(new { Id = workspace.Id.ToString(), workspace.Name }, output => output.Line($"Workspace {workspace.Name} is back."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
