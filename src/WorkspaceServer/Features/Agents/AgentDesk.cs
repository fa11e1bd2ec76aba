using System.Buffers.Text;
using System.Globalization;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Vault.Tokens;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Agents;

/// <param name="Text">The token itself. Shown now and never again.</param>
internal sealed record IssuedPairingToken(PairingToken Token, string Text);

/// <summary>Makes and withdraws pairing tokens, pairs agents with them, renames and revokes agents.</summary>
internal sealed class AgentDesk(
    AgentStore agents, WorkspaceStore workspaces, ServerKeys keys, PublicAddress address, AuditLog audit, ChangeCounter changes, Signals signals, TimeProvider clock)
{
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);

    /// <summary>Most open pairing tokens of one workspace.</summary>
    public const int MaxOpenTokens = 50;

    private static readonly PermissionSet NeededToPair = PermissionSet.Of(Permissions.AgentsPair);

    /// <exception cref="ProblemException">The actor may not, or too many are open.</exception>
    /// <param name="name">What it is for.</param>
    public IssuedPairingToken CreateToken(Principal actor, WorkspaceId workspace, string name = "Agent")
    {
        var text = SecretToken.Create(SecretToken.PairingPrefix);
        SecretToken.TryHash(SecretToken.PairingPrefix, text, out var sha256);
        var now = clock.GetUtcNow();
        var token = new PairingToken(Guid.CreateVersion7(now).ToString("n"), workspace, name.Trim(), actor.PersonId, now, now + TokenLifetime, null, null, null);
        using var connection = agents.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, NeededToPair);
        if (!AgentStore.AddToken(connection, token, sha256!, MaxOpenTokens))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"{MaxOpenTokens} pairing tokens are open. Withdraw some first.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.PairingStarted)
        {
            Target = ("pairing-token", token.Id),
            Workspace = workspace,
            Details = [("name", token.Name), ("expires_at", token.ExpiresAt.ToString("u", CultureInfo.InvariantCulture))],
        });
        connection.Commit();
        signals.Raise(SyncTopic.Of(workspace));
        return new IssuedPairingToken(token, text);
    }

    /// <exception cref="ProblemException">There is none to withdraw, or the actor may not.</exception>
    public void RevokeToken(Principal actor, WorkspaceId workspace, string id) => Change(
        actor, workspace, Permissions.AgentsPair, "There is no such open pairing token in this workspace.",
        connection => AgentStore.RevokeToken(connection, workspace, id, clock.GetUtcNow()),
        new AuditEntry(AuditActions.PairingWithdrawn) { Target = ("pairing-token", id), Workspace = workspace });

    /// <exception cref="ProblemException">There is none, or the actor may not.</exception>
    public void Rename(Principal actor, WorkspaceId workspace, string id, string name) => Change(
        actor, workspace, Permissions.AgentsPair, "There is no such agent in this workspace.",
        connection => AgentStore.Rename(connection, workspace, id, name.Trim()),
        new AuditEntry(AuditActions.AgentRenamed) { Target = ("agent", id), Workspace = workspace, Details = [("name", name.Trim())] });

    /// <summary>Its next request is refused.</summary>
    /// <exception cref="ProblemException">There is none, or the actor may not.</exception>
    public void Revoke(Principal actor, WorkspaceId workspace, string id) => Change(
        actor, workspace, Permissions.AgentsRevoke, "There is no such agent in this workspace, or its pairing was ended before.",
        connection => AgentStore.Revoke(connection, workspace, id, clock.GetUtcNow()),
        new AuditEntry(AuditActions.AgentRevoked) { Target = ("agent", id), Workspace = workspace, Details = [("by", "the workspace")] });

    /// <summary>The agent itself ends its pairing.</summary>
    public void Unpair(Agent agent) => Change(
        Principal.Operator, agent.Workspace, Permissions.AgentsRevoke, "This pairing was ended before.",
        connection => AgentStore.Revoke(connection, agent.Workspace, agent.Id, clock.GetUtcNow()),
        new AuditEntry(AuditActions.AgentRevoked) { Target = ("agent", agent.Id), Workspace = agent.Workspace, Details = [("by", "the agent")] });

    /// <summary>Pairs an agent. A token is good once, whoever is first.</summary>
    /// <exception cref="ProblemException">The message says what is wrong, and what to do.</exception>
    public async Task<PairAnswer> PairAsync(PairRequest request)
    {
        try
        {
            return Pair(request);
        }
        catch (ProblemException problem)
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.AgentPairingFailed) { Outcome = problem.Code.Code });
            throw;
        }
    }

    private PairAnswer Pair(PairRequest request)
    {
        var now = clock.GetUtcNow();
        ClockCheck.Require(request.Time, now);
        var key = new byte[IdentityKey.PublicBytes];
        if (!IsKey(request.PublicKey, key) || !IsSigned(request, key))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "The request is not signed by the key that it brings. Pair again.");
        }

        if (!SecretToken.TryHash(SecretToken.PairingPrefix, request.Token, out var sha256))
        {
            throw new ProblemException(ProblemCodes.PairingUnknown, "This is no pairing token: copy it whole, from wsp_pair_ to the end.");
        }

        // Before the transaction: the first agent of all has the keys made.
        var serverKey = keys.PublicKey;
        var id = Guid.CreateVersion7(now).ToString("n");
        using var connection = agents.Open();
        connection.Begin();
        if (!AgentStore.Redeem(connection, sha256, id, now) || AgentStore.FindToken(connection, sha256) is not { } token)
        {
            throw NotGood(AgentStore.FindToken(connection, sha256), now);
        }

        RequireMaker(connection, token);
        var agent = new Agent(id, token.Workspace, request.Name.Trim(), key, Base64Url.DecodeFromChars(serverKey), request.Version, request.Platform, token.CreatedBy, now, null);
        AgentStore.Add(connection, agent);
        audit.Append(connection, new AuditEntry(AuditActions.AgentPaired)
        {
            Actor = new AuditActor("agent", agent.Id, agent.Name),
            Target = ("agent", agent.Id),
            Workspace = agent.Workspace,
            Details = [("pairing_token", token.Id), ("fingerprint", Pairing.Fingerprint(request.PublicKey)), ("platform", agent.Platform), ("version", agent.Version)],
        });
        connection.Commit();
        changes.Changed();
        signals.Raise(SyncTopic.Of(agent.Workspace));
        var workspace = workspaces.Find(agent.Workspace) ?? throw NotGood(null, now);
        var proof = keys.Sign(Pairing.AnswerBytes(request.Token, request.PublicKey, agent.Id, agent.Workspace.ToString()));
        return new PairAnswer(
            agent.Id, agent.Name, agent.Workspace.ToString(), workspace.Name, address.Origin, serverKey, agent.ConfirmCode, Base64Url.EncodeToString(proof), now.ToUnixTimeSeconds());
    }

    private void Change(Principal actor, WorkspaceId workspace, Permission needed, string otherwise, Func<ControlConnection, bool> change, AuditEntry entry)
    {
        using var connection = agents.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(needed));
        if (!change(connection))
        {
            throw new ProblemException(ProblemCodes.NotFound, otherwise);
        }

        audit.Append(connection, entry);
        connection.Commit();
        changes.Changed();
        signals.Raise(SyncTopic.Of(workspace));
    }

    private static bool IsKey(string text, byte[] key) => Base64Url.IsValid(text, out var length) && length == key.Length && Base64Url.DecodeFromChars(text, key) == key.Length;

    private static bool IsSigned(PairRequest request, byte[] key) =>
        Base64Url.IsValid(request.Signature)
        && IdentityKey.Verify(key, Pairing.RequestBytes(request.Token, request.PublicKey, request.Name, request.Time), Base64Url.DecodeFromChars(request.Signature));

    /// <summary>A token is worth what its maker may do when it is redeemed, not when it was made.</summary>
    private static void RequireMaker(ControlConnection connection, PairingToken token)
    {
        try
        {
            Policy.Require(connection, token.CreatedBy is { } member ? Principal.Person(member) : Principal.Operator, token.Workspace, NeededToPair);
        }
        catch (ProblemException refusal)
        {
            throw new ProblemException(ProblemCodes.PairingUnknown, "Who made this pairing token may not pair agents any more. Ask an owner of the workspace for a new one.", refusal);
        }
    }

    private ProblemException NotGood(PairingToken? token, DateTimeOffset now) => token switch
    {
        null or { RevokedAt: not null } => new(ProblemCodes.PairingUnknown, "There is no such pairing token, or it was withdrawn. Ask an owner of the workspace for a new one."),
        { RedeemedAt: not null } => new(ProblemCodes.PairingUsed, "This pairing token was used already; each is good once. Make a new one in the dashboard under Agents."),
        _ when token.ExpiresAt <= now => new(ProblemCodes.PairingExpired, string.Create(
            CultureInfo.InvariantCulture, $"This pairing token expired on {token.ExpiresAt:d MMM yyyy}. Make a new one: {address.Origin}{AccessPaths.PageOf(token.Workspace)}{AgentPages.Behind}")),
        _ => new(ProblemCodes.PairingUnknown, "There is no such pairing token. Ask an owner of the workspace for a new one."),
    };
}

/// <summary>Whether an agent's clock is near enough to ours.</summary>
internal static class ClockCheck
{
    /// <param name="agent">Seconds since 1970, by the agent's clock.</param>
    /// <exception cref="ProblemException">It is off by more than <see cref="SyncLimits.MaxAssertionSeconds"/>; the message says by how much.</exception>
    public static void Require(long agent, DateTimeOffset now)
    {
        // Bounded first: what is sent may be any number.
        var seconds = Math.Clamp(agent, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()) - now.ToUnixTimeSeconds();
        if (Math.Abs(seconds) > SyncLimits.MaxAssertionSeconds)
        {
            var minutes = Math.Max(1, (Math.Abs(seconds) + 30) / 60);
            throw new ProblemException(ProblemCodes.ClockOff, string.Create(
                CultureInfo.InvariantCulture,
                $"The clock of this computer is {minutes} minute{(minutes == 1 ? "" : "s")} {(seconds > 0 ? "ahead" : "behind")}. Set it, or let Windows set it, and try again."));
        }
    }
}
