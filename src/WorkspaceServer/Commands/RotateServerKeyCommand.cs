using System.CommandLine;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Commands;

/// <summary>agent rotate-key: new keys by which agents know this server. Agents learn the new one from the old.</summary>
internal static class RotateServerKeyCommand
{
    public static Command Build()
    {
        var yes = new Option<bool>("--yes") { Description = "Do it. Agents that are not seen for a year must be paired anew." };
        var command = Verb.Create("rotate-key", "Give the server a new key by which agents know it. The old one vouches for it, for a year.", "agent rotate-key --yes", Recording.As(AuditActions.KeyRotated));
        command.Add(yes);
        return command.Runs((context, _) =>
        {
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, "This makes a new key for the server, and agents that are not seen for a year must be paired anew. Add --yes to do it.");
            }

            var fingerprint = Pairing.Fingerprint(context.Get<ServerKeys>().Rotate());
            context.Output.Result(new { Fingerprint = fingerprint }, output => output.Line($"The server's new key: {fingerprint}"));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
