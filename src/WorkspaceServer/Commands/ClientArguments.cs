using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>What the verbs about one connected AI client share.</summary>
internal static class ClientArguments
{
    /// <summary>A verb that takes a client's id and its workspace, changes the client, and shows it as it is then.</summary>
    /// <param name="said">A sentence about it, for people.</param>
    public static Command Change(Command command, Permission permission, Func<CommandContext, GrantBook, WorkspaceId, string, ConnectedClient> change, Func<ClientAnswer, string> said)
    {
        var id = new Argument<string>("ID") { Description = "The client's id, as client list shows it." };
        var workspace = GlobalOptions.Workspace();
        command.Add(id);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, permission).Id;
            var changed = ClientAnswer.Of(change(context, context.Get<GrantBook>(), place, context.Arguments.GetValue(id)!), context.Get<TimeProvider>().GetUtcNow());
            context.Output.Result(changed, output => output.Line(said(changed)));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
