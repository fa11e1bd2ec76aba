using System.CommandLine;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Commands;

/// <summary>unpair: ends the pairing. What was synced stays in the workspace; the sources stay set up here.</summary>
internal static class UnpairCommand
{
    public static Command Build()
    {
        var local = new Option<bool>("--local") { Description = "Only forget the pairing here, without asking the server: when it is gone, or has ended the pairing itself." };
        return Verb.Create("unpair", "End the pairing. The workspace keeps what was synced.", "unpair").With(local).Runs(async (context, cancel) =>
        {
            var isLocal = context.Arguments.GetValue(local);
            var pairing = AgentConfig.Load(context.Home).RequirePairing();
            await UnpairAsync(context, isLocal, cancel);
            context.Output.Result(new { pairing.AgentId, Unpaired = true, AtServer = !isLocal }, human => human.Line(isLocal
                ? $"This computer has forgotten its pairing with {pairing.WorkspaceName}. If the server still lists the agent, revoke it there: {pairing.Url}{Pairer.AgentsPage}"
                : $"The pairing with {pairing.WorkspaceName} is ended."));
            return ExitCodes.Ok;
        });
    }

    public static async Task UnpairAsync(VerbContext context, bool isLocal, CancellationToken cancel)
    {
        var config = AgentConfig.Load(context.Home);
        var store = new SecretStore(context.Home);
        if (!isLocal)
        {
            await EndAtServerAsync(context, config.RequirePairing(), store.Load(), cancel);
        }

        (AgentConfig.Load(context.Home) with { Pairing = null }).Save(context.Home);
        if (isLocal && !CanLoad(store))
        {
            File.Delete(context.Home.Secrets);
        }
        else
        {
            store.Save(store.Load() with { SigningKey = null });
        }

        // What it says belongs to that workspace only.
        foreach (var end in new[] { "", "-wal", "-shm" })
        {
            File.Delete(context.Home.Outbox + end);
        }
    }

    private static async Task EndAtServerAsync(VerbContext context, PairingConfig pairing, Secrets secrets, CancellationToken cancel)
    {
        using var key = SecretStore.ReadSigningKey(secrets.SigningKey!);
        using var server = new PairedServer(pairing, key, context.Clock, kept => (AgentConfig.Load(context.Home) with { Pairing = kept }).Save(context.Home));
        try
        {
            await server.UnpairAsync(cancel);
        }
        catch (ServerRefusal refusal) when (refusal.Code == SyncProblems.Unpaired)
        {
            // The server ended it before; that is what was wanted.
        }
        catch (AgentException error) when (error.Problem == AgentProblem.Unreachable)
        {
            throw new AgentException(AgentProblem.Unreachable, $"{error.Message} To forget the pairing only here: workspace-agent unpair --local", error);
        }
    }

    private static bool CanLoad(SecretStore store)
    {
        try
        {
            store.Load();
            return true;
        }
        catch (AgentException)
        {
            return false;
        }
    }
}
