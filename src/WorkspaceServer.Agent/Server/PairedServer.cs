using System.Globalization;
using System.Security.Cryptography;
using NSec.Cryptography;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Server;

/// <summary>The server as a paired agent uses it: every request carries a token of at most 15 minutes, which the agent's key gets and the server's key signs.</summary>
/// <param name="keep">Keeps a pairing whose server has a new key.</param>
internal sealed class PairedServer(PairingConfig pairing, Key key, TimeProvider clock, Action<PairingConfig> keep) : IDisposable
{
    private static readonly TimeSpan Spare = TimeSpan.FromMinutes(1);

    private readonly ServerClient client = new(new Uri(pairing.Url), clock);
    private readonly SemaphoreSlim gate = new(1);
    private PairingConfig current = pairing;
    private string? token;
    private DateTimeOffset goodUntil;

    /// <summary>How far the server's clock is ahead of ours, when a token was last got.</summary>
    public TimeSpan ClockAhead { get; private set; }

    public Task<AgentAnswer> AgentAsync(CancellationToken cancel) => WithTokenAsync(
        bearer => client.SendAsync(HttpMethod.Get, SyncPaths.AgentOf(current.WorkspaceId), bearer, ProtocolJson.Default.AgentAnswer, cancel), cancel);

    /// <summary>Ends the pairing at the server.</summary>
    public Task UnpairAsync(CancellationToken cancel) => WithTokenAsync(
        bearer => client.SendAsync(HttpMethod.Delete, SyncPaths.AgentOf(current.WorkspaceId), bearer, ProtocolJson.Default.AgentAnswer, cancel), cancel);

    /// <param name="rows">Rows and deletes of all batches.</param>
    public Task<RunAnswer> BeginAsync(string run, RunRequest request, long rows, CancellationToken cancel) => WithTokenAsync(
        bearer => client.SendAsync(
            HttpMethod.Put, SyncPaths.RunOf(current.WorkspaceId, run), bearer, request, ProtocolJson.Default.RunRequest, ProtocolJson.Default.RunAnswer, cancel,
            (SyncPaths.ExpectedRowsHeader, rows.ToString(CultureInfo.InvariantCulture))),
        cancel);

    public Task<RunAnswer> SendBatchAsync(string run, int number, byte[] body, byte[] sha256, CancellationToken cancel) => WithTokenAsync(
        bearer => client.SendBatchAsync(SyncPaths.BatchOf(current.WorkspaceId, run, number), bearer, body, Convert.ToHexStringLower(sha256), cancel), cancel);

    public Task<RunAnswer> CommitAsync(string run, CommitRequest request, CancellationToken cancel) => WithTokenAsync(
        bearer => client.SendAsync(HttpMethod.Post, SyncPaths.CommitOf(current.WorkspaceId, run), bearer, request, ProtocolJson.Default.CommitRequest, ProtocolJson.Default.RunAnswer, cancel), cancel);

    public void Dispose()
    {
        client.Dispose();
        gate.Dispose();
    }

    private async Task<T> WithTokenAsync<T>(Func<string, Task<T>> send, CancellationToken cancel)
    {
        try
        {
            return await send(await TokenAsync(cancel));
        }
        catch (ServerRefusal refusal) when (refusal.Code == SyncProblems.InvalidToken)
        {
            // It ran out on the way, or the server was restarted with other keys.
            token = null;
            return await send(await TokenAsync(cancel));
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (token is null || clock.GetUtcNow() + Spare >= goodUntil)
            {
                await RenewAsync(cancel);
            }

            return token!;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var asked = clock.GetUtcNow();
        var now = asked.ToUnixTimeSeconds();
        var claims = new AssertionClaims(current.AgentId, current.Audience, now, now + SyncLimits.MaxAssertionSeconds, id, current.ServerKey);
        var assertion = Assertion.Create(claims, bytes => SignatureAlgorithm.Ed25519.Sign(key, bytes));
        var answer = await client.SendAsync(HttpMethod.Post, SyncPaths.Token, token: null, new TokenRequest(assertion), ProtocolJson.Default.TokenRequest, ProtocolJson.Default.TokenAnswer, cancel);
        if (!ServerKeys.IsSigned(current.ServerKey, ServerProof.TokenBytes(id, answer.AccessToken, answer.ExpiresAt), answer.Proof))
        {
            throw new AgentException(AgentProblem.Untrusted, $"What answers at {current.Url} does not hold the key that the server showed at pairing ({Pairing.Fingerprint(current.ServerKey)}). It is another server, or somebody is in between. Nothing was sent.");
        }

        ClockAhead = DateTimeOffset.FromUnixTimeSeconds(answer.Time) - asked;
        TakeRollover(answer.Rollover);
        token = answer.AccessToken;

        // By our clock: the server's may be some seconds off.
        goodUntil = asked + (DateTimeOffset.FromUnixTimeSeconds(answer.ExpiresAt) - DateTimeOffset.FromUnixTimeSeconds(answer.Time));
    }

    private void TakeRollover(Rollover? rollover)
    {
        if (rollover is null)
        {
            return;
        }

        if (!ServerKeys.IsSigned(current.ServerKey, ServerProof.RolloverBytes(current.ServerKey, rollover.ServerKey), rollover.Signature))
        {
            throw new AgentException(AgentProblem.Untrusted, "The server shows a new key that its old one did not sign. Nothing was sent. Ask your operator.");
        }

        current = current with { ServerKey = rollover.ServerKey };
        keep(current);
    }
}
