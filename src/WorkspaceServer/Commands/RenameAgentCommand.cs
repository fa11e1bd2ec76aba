using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Commands;

/// <summary>agent rename: gives an agent another name.</summary>
internal static class RenameAgentCommand
{
    public static Command Build()
    {
        var agent = new Argument<string>("ID") { Description = "The agent's id, as agent list shows it." };
        var name = new Argument<string>("NAME") { Description = "What it shall be called." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("rename", "Give an agent another name.", "agent rename 0193b3a2c4d57e8f9a0b1c2d3e4f5061 \"Front office\" --workspace \"Sharma Traders\"", Recording.As(AuditActions.AgentRenamed));
        command.Add(agent);
        command.Add(name);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsPair).Id;
            var (wanted, called) = (context.Arguments.GetValue(agent)!, context.Arguments.GetValue(name)!);
            if (!AgentNames.IsGood(called))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"An agent's name has 1 to {SyncLimits.MaxNameLength} characters and no line breaks.");
            }

            context.Get<AgentDesk>().Rename(Principal.Operator, id, wanted, called);
            context.Output.Result(new { Id = wanted, Name = called }, output => output.Line($"Agent {wanted} is now called {called}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
