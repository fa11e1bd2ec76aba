using System.Buffers.Text;
using System.Runtime.InteropServices;
using NSec.Cryptography;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Server;

/// <summary>Redeems a pairing token: makes the agent's key, sends its public half, and keeps the server's key for ever after.</summary>
internal static class Pairer
{
    public const string AgentsPage = "/agents";

    /// <returns>The pairing, the key to keep secret, and the code to compare with the dashboard.</returns>
    /// <exception cref="AgentException">The server refuses, in words that say why; nothing was kept.</exception>
    public static async Task<(PairingConfig Pairing, string SigningKey, string ConfirmCode)> PairAsync(
        Uri address, string token, string name, TimeProvider clock, CancellationToken cancel)
    {
        using var client = new ServerClient(address, clock);
        using var key = SecretStore.NewSigningKey();
        var publicKey = Base64Url.EncodeToString(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var signature = SignatureAlgorithm.Ed25519.Sign(key, Pairing.RequestBytes(token, publicKey, name, now));
        var request = new PairRequest(token, publicKey, name, ServerClient.Version, Platform(), now, Base64Url.EncodeToString(signature));
        PairAnswer answer;
        try
        {
            answer = await client.SendAsync(HttpMethod.Post, SyncPaths.Pair, token: null, request, ProtocolJson.Default.PairRequest, ProtocolJson.Default.PairAnswer, cancel);
        }
        catch (ServerRefusal refusal)
        {
            throw Explain(refusal, address);
        }

        var code = Pairing.ConfirmCode(publicKey, answer.ServerKey);
        if (!ServerKeys.IsSigned(answer.ServerKey, Pairing.AnswerBytes(token, publicKey, answer.AgentId, answer.WorkspaceId), answer.Proof) || code != answer.ConfirmCode)
        {
            throw new AgentException(AgentProblem.Untrusted, "The server's answer is not signed with the key that it shows. Somebody may be in between; the pairing was not kept. Revoke this agent in the dashboard and tell your operator.");
        }

        return (
            new PairingConfig(address.ToString().TrimEnd('/'), answer.AgentId, answer.Name, answer.WorkspaceId, answer.WorkspaceName, answer.Audience, answer.ServerKey, clock.GetUtcNow()),
            SecretStore.WriteSigningKey(key),
            code);
    }

    private static AgentException Explain(ServerRefusal refusal, Uri address)
    {
        var problem = refusal.Code switch
        {
            SyncProblems.PairingExpired or SyncProblems.PairingUsed => new AgentProblem(refusal.Code, ExitCodes.TokenExpired),
            SyncProblems.TooManyRequests => new AgentProblem(refusal.Code, ExitCodes.RetryLater),
            "" => refusal.IsTemporary ? AgentProblem.Unreachable : AgentProblem.Untrusted,
            _ => new AgentProblem(refusal.Code, ExitCodes.Failed),
        };
        var make = refusal.Code is SyncProblems.PairingExpired or SyncProblems.PairingUsed or SyncProblems.PairingUnknown ? $" Make a new one: {new Uri(address, AgentsPage)}" : "";
        // A server knows only the tokens that it made itself, and cannot tell one of another server from a misspelt one.
        var where = refusal.Code == SyncProblems.PairingUnknown ? $" Was it made at {address.Host}? A token is good at its own server only." : "";
        return new AgentException(problem, refusal.Message + where + (refusal.Message.Contains("://", StringComparison.Ordinal) ? "" : make), refusal);
    }

    private static string Platform()
    {
        var text = RuntimeInformation.OSDescription;
        return text[..Math.Min(text.Length, SyncLimits.MaxNameLength)];
    }
}

/// <summary>Signatures of the server.</summary>
internal static class ServerKeys
{
    /// <param name="key">base64url.</param>
    /// <param name="signature">base64url.</param>
    public static bool IsSigned(string key, byte[] bytes, string signature)
    {
        try
        {
            return SignatureAlgorithm.Ed25519.Verify(PublicKey.Import(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars(key), KeyBlobFormat.RawPublicKey), bytes, Base64Url.DecodeFromChars(signature));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
