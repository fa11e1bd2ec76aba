using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Commands;

/// <summary>pairing create: makes a token with which one agent is paired, and shows it, once.</summary>
internal static class CreatePairingCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var name = new Option<string>("--name") { Description = "What it is for, such as the computer's name.", HelpName = "NAME", DefaultValueFactory = _ => "Agent" };
        var file = new Option<string?>("--out") { Description = "Write the token to this new file (mode 0600) instead of showing it.", HelpName = "FILE" };
        var command = Verb.Create("create", "Make a token with which one agent is paired. It is good once, for 30 days.", "pairing create --workspace \"Sharma Traders\" --out pair.txt", Recording.As(AuditActions.PairingStarted));
        command.Add(workspace);
        command.Add(name);
        command.Add(file);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsPair).Id;
            Show(context.Output, context.Get<AgentDesk>().CreateToken(Principal.Operator, id, Checked(context.Arguments.GetValue(name)!)), context.Arguments.GetValue(file), context.Get<PublicAddress>().Origin);
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static string Checked(string name) => AgentNames.IsGood(name)
        ? name
        : throw new ProblemException(ProblemCodes.InvalidArgument, $"A name has 1 to {SyncLimits.MaxNameLength} characters and no line breaks.");

    private static void Show(Output output, IssuedPairingToken issued, string? file, string origin)
    {
        if (file is not null)
        {
            SecretFile.Write(file, issued.Text);
        }

        output.Result(PairingTokenShown.Of(issued.Token, issued.Token.CreatedAt, file is null ? issued.Text : null), human =>
        {
            human.Line($"Pairing token, good once until {issued.Token.ExpiresAt:u}, id {issued.Token.Id}:");
            human.Line();
            human.Line(file is null ? issued.Text : $"(written to {file})");
            human.Line();
            human.Line($"It is not stored and cannot be shown again. On the computer with the books: workspace-agent pair --url {origin} --token-file pair.txt");
        });
    }
}
