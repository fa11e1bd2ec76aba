using System.Buffers.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Agents;

/// <summary>Gives agents short-lived tokens for assertions signed with their keys, and says whom a token stands for.</summary>
internal sealed class AgentTokens(AgentStore agents, AgentCheck check, ServerKeys keys, PublicAddress address, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(SyncLimits.MaxTokenSeconds);

    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxTokenLength = 1_000;

    private const string Audience = "agent";
    private const string Type = "at+jwt"; // RFC 9068, section 2.1
    private const string WorkspaceClaim = "workspace";

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxTokenLength, SetDefaultTimesOnTokenCreation = false };

    /// <exception cref="ProblemException">The assertion does not prove who sends it, or its agent may not work now.</exception>
    public TokenAnswer Exchange(string text)
    {
        var now = clock.GetUtcNow();
        if (!Assertion.TryRead(text, out var assertion) || !assertion.Claims.Jti.All(char.IsAsciiHexDigit))
        {
            throw Refused();
        }

        var claims = assertion.Claims;
        if (agents.Find(claims.Iss) is not { } agent || !IdentityKey.Verify(agent.PublicKey, assertion.SignedBytes, assertion.Signature))
        {
            throw Refused();
        }

        // From here on the agent itself speaks, and may be told more.
        check.Require(agent);
        if (claims.Aud != address.Origin)
        {
            throw new ProblemException(ProblemCodes.WrongServer, $"This agent was paired with {Shown(claims.Aud)}, but this is {address.Origin}. Pair it anew, or mend the address.");
        }

        ClockCheck.Require(claims.Iat, now);
        RequireTimes(claims, now);
        var token = Create(agent, now);
        var expires = (now + Lifetime).ToUnixTimeSeconds();
        if (!keys.TrySign(claims.Srv, ServerProof.TokenBytes(claims.Jti, token, expires), out var proof, out var rollover))
        {
            throw new ProblemException(ProblemCodes.WrongServer, "This server no longer has the key that the agent knows it by. Pair the agent anew.");
        }

        if (!agents.UseAssertion(agent.Id, claims.Jti.ToLowerInvariant(), DateTimeOffset.FromUnixTimeSeconds(claims.Exp), now))
        {
            throw Refused();
        }

        return new TokenAnswer(token, expires, Base64Url.EncodeToString(proof), now.ToUnixTimeSeconds(), rollover);
    }

    /// <summary>The agent that a token stands for, if the token is good; whether the agent may work now is not asked here.</summary>
    public async Task<Agent?> FindAsync(string text)
    {
        if (text.Length > MaxTokenLength || !Handler.CanReadToken(text))
        {
            return null;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = keys.TokenKey,
            ValidIssuer = address.Origin,
            ValidAudience = Audience,
            ValidTypes = [Type],
            LifetimeValidator = (from, to, _, _) => from <= now && now < to && to - from <= Lifetime,
        });
        return result.IsValid
            && result.ClaimsIdentity.FindFirst(JwtRegisteredClaimNames.Sub)?.Value is { } id
            && check.Find(id) is { } agent
            && agent.Workspace.ToString() == result.ClaimsIdentity.FindFirst(WorkspaceClaim)?.Value
            ? agent
            : null;
    }

    private string Create(Agent agent, DateTimeOffset now) => Handler.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = address.Origin,
        Audience = Audience,
        TokenType = Type,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Lifetime).UtcDateTime,
        Claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = agent.Id,
            [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7(now).ToString("n"),
            [WorkspaceClaim] = agent.Workspace.ToString(),
        },
        SigningCredentials = new SigningCredentials(keys.TokenKey, SecurityAlgorithms.EcdsaSha256),
    });

    private static void RequireTimes(AssertionClaims claims, DateTimeOffset now)
    {
        // The clocks may differ by as long as an assertion lives, so what is kept of used ones covers both.
        if (claims.Exp <= claims.Iat || claims.Exp - claims.Iat > SyncLimits.MaxAssertionSeconds || claims.Exp <= now.ToUnixTimeSeconds())
        {
            throw Refused();
        }
    }

    private static string Shown(string audience) => Uri.TryCreate(audience, UriKind.Absolute, out var uri) && audience.Length < 200 ? uri.GetLeftPart(UriPartial.Authority) : "another server";

    private static ProblemException Refused() =>
        new(ProblemCodes.AssertionRefused, "This assertion is malformed, too old, used before, or not signed by a key that is paired here. Make a new one; if that does not help, pair anew.");
}
