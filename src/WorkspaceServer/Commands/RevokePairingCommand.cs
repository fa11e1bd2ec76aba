using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>pairing revoke: withdraws an open pairing token.</summary>
internal static class RevokePairingCommand
{
    public static Command Build()
    {
        var token = new Argument<string>("ID") { Description = "The pairing token's id, as pairing list shows it." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("revoke", "Withdraw an open pairing token.", "pairing revoke 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.PairingWithdrawn));
        command.Add(token);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsPair).Id;
            var wanted = context.Arguments.GetValue(token)!;
            context.Get<AgentDesk>().RevokeToken(Principal.Operator, id, wanted);
            context.Output.Result(new { Id = wanted, Revoked = true }, output => output.Line($"Pairing token {wanted} is withdrawn."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
