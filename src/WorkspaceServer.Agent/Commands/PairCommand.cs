using System.CommandLine;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Commands;

/// <summary>pair: ties this computer to a workspace with a token from the dashboard.</summary>
internal static class PairCommand
{
    private const int MaxTokenLength = 200;

    public static Command Build()
    {
        var url = new Option<string>("--url") { Description = "The server's address, https://…", HelpName = "URL", Required = true };
        var file = new Option<string?>("--token-file") { Description = "The file with the pairing token, or - for standard input; asked for if not given. It is removed when the token is spent. Never an argument: others can see those.", HelpName = "FILE" };
        var name = new Option<string>("--name") { Description = "What the agent is called in the dashboard; this computer's name if not given.", HelpName = "NAME", DefaultValueFactory = _ => Environment.MachineName };
        return Verb.Create("pair", "Tie this computer to a workspace.", "pair --url https://ws.example.in --token-file pair.txt").With(url, file, name).Runs(async (context, cancel) =>
        {
            var config = AgentConfig.Load(context.Home);
            if (config.Pairing is { } old)
            {
                throw new AgentException(AgentProblem.Usage, $"This agent is paired with {old.WorkspaceName} already. First: workspace-agent unpair");
            }

            var address = ServerAddress.Parse(context.Arguments.GetValue(url)!);
            var path = context.Arguments.GetValue(file);
            var agentName = context.Arguments.GetValue(name)!.Trim();
            if (agentName.Length is 0 or > SyncLimits.MaxNameLength)
            {
                throw new AgentException(AgentProblem.Usage, $"A name has 1 to {SyncLimits.MaxNameLength} characters.");
            }

            var secrets = new SecretStore(context.Home);
            var kept = secrets.Load();
            var (pairing, signingKey, code) = await Pairer.PairAsync(address, ReadToken(path, context.Output), agentName, context.Clock, cancel);
            secrets.Save(kept with { SigningKey = signingKey });
            (config with { Pairing = pairing }).Save(context.Home);
            if (path is not (null or "-"))
            {
                File.Delete(path);
            }

            Show(context.Output, pairing, code);
            if (context.Output.IsInteractive && !context.Output.Confirm("Does the dashboard show the same code?"))
            {
                await UnpairCommand.UnpairAsync(context, isLocal: false, cancel);
                throw new AgentException(AgentProblem.Untrusted, "The codes differ, so somebody may be in between. The pairing was ended again. Tell your operator.");
            }

            return ExitCodes.Ok;
        });
    }

    private static string ReadToken(string? path, Output output)
    {
        var text = path switch
        {
            null when output.IsInteractive => output.AskSecret("Pairing token: "),
            null => throw new AgentException(AgentProblem.Usage, "Say where the pairing token is, with --token-file FILE, or - for standard input."),
            "-" => Console.In.ReadLine() ?? "",
            _ when !File.Exists(path) => throw new AgentException(AgentProblem.Usage, $"There is no file {path}."),
            _ when new FileInfo(path).Length > MaxTokenLength => throw new AgentException(AgentProblem.Usage, $"{path} is too long to be a pairing token."),
            _ => File.ReadAllText(path),
        };
        var token = text.Trim();
        return token.StartsWith(Pairing.TokenPrefix, StringComparison.Ordinal) && token.Length <= MaxTokenLength
            ? token
            : throw new AgentException(AgentProblem.Usage, $"This is no pairing token. One begins with {Pairing.TokenPrefix} and is made in the dashboard (Agents, Add).");
    }

    private static void Show(Output output, PairingConfig pairing, string code) => output.Result(
        new { pairing.AgentId, pairing.Name, pairing.WorkspaceId, pairing.WorkspaceName, pairing.Url, ServerKey = Pairing.Fingerprint(pairing.ServerKey), ConfirmCode = code },
        human =>
        {
            human.Fields(
                ("Paired with", pairing.WorkspaceName),
                ("As", pairing.Name),
                ("Server key", Pairing.Fingerprint(pairing.ServerKey)),
                ("Confirm code", code));
            human.Line();
            human.Line($"The dashboard shows the same code if nobody is in between: {pairing.Url}{Pairer.AgentsPage}");
            human.Line("Next: workspace-agent source add");
        });
}
