using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>agent revoke: ends a pairing; a running server refuses the agent within a second.</summary>
internal static class RevokeAgentCommand
{
    public static Command Build()
    {
        var agent = new Argument<string>("ID") { Description = "The agent's id, as agent list shows it." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("revoke", "End the pairing of an agent. What it sent stays.", "agent revoke 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.AgentRevoked));
        command.Add(agent);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsRevoke).Id;
            var wanted = context.Arguments.GetValue(agent)!;
            context.Get<AgentDesk>().Revoke(Principal.Operator, id, wanted);
            context.Output.Result(new { Id = wanted, Revoked = true }, output => output.Line($"Agent {wanted} is no longer paired."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
