using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Protocol;

/// <summary>Redeems a pairing token.</summary>
/// <param name="Token">wsp_pair_…; good once.</param>
/// <param name="PublicKey">The agent's Ed25519 key, 32 bytes as base64url without padding.</param>
/// <param name="Name">What the agent shall be called, such as the computer's name; 1 to 100 characters.</param>
/// <param name="Version">Of the agent program.</param>
/// <param name="Platform">Such as "Windows 11".</param>
/// <param name="Time">The agent's clock, in seconds since 1970.</param>
/// <param name="Signature">Over <see cref="Pairing.RequestBytes"/> by the key, base64url: the agent holds the private half.</param>
public sealed record PairRequest(string Token, string PublicKey, string Name, string Version, string Platform, long Time, string Signature);

/// <summary>The agent is paired.</summary>
/// <param name="Audience">The server's name for itself, to be put into every assertion.</param>
/// <param name="ServerKey">The server's Ed25519 key, base64url. The agent keeps it and from then on believes no other.</param>
/// <param name="ConfirmCode">Equal to what the agent computes with <see cref="Pairing.ConfirmCode"/>, and to what the dashboard shows.</param>
/// <param name="Proof">Over <see cref="Pairing.AnswerBytes"/> by the server's key, base64url.</param>
/// <param name="Time">The server's clock, in seconds since 1970.</param>
public sealed record PairAnswer(
    string AgentId, string Name, string WorkspaceId, string WorkspaceName, string Audience, string ServerKey, string ConfirmCode, string Proof, long Time);

/// <summary>Asks for a token.</summary>
/// <param name="Assertion">See <see cref="Protocol.Assertion"/>.</param>
public sealed record TokenRequest(string Assertion);

/// <param name="AccessToken">For the header "Authorization: Bearer". A JWT of the server, opaque to the agent.</param>
/// <param name="ExpiresAt">Seconds since 1970, by the server's clock; at most 15 minutes ahead.</param>
/// <param name="Proof">Over <see cref="ServerProof.TokenBytes"/> by the server's key that the assertion named, base64url. Wrong: it is another server.</param>
/// <param name="Time">The server's clock, in seconds since 1970.</param>
/// <param name="Rollover">The server has a new key.</param>
public sealed record TokenAnswer(string AccessToken, long ExpiresAt, string Proof, long Time, Rollover? Rollover = null);

/// <summary>The server's new key. If the signature is good, the agent keeps it in place of the old one.</summary>
/// <param name="Signature">Over <see cref="ServerProof.RolloverBytes"/> by the old key, base64url.</param>
public sealed record Rollover(string ServerKey, string Signature);

/// <summary>What is signed and shown when an agent is paired.</summary>
public static class Pairing
{
    /// <summary>Begins every pairing token.</summary>
    public const string TokenPrefix = "wsp_pair_";

    /// <summary>Length of an Ed25519 public key, in bytes (RFC 8032, section 5.1.5).</summary>
    public const int KeyBytes = 32;

    // No 0, 1, I, L, O, U: read aloud they are mistaken for one another, or for a word.
    private const string CodeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int CodeLength = 6;

    public static byte[] RequestBytes(string token, string publicKey, string name, long time) =>
        Encoding.UTF8.GetBytes(FormattableString.Invariant($"workspace-agent/v1/pair\n{HashOf(token)}\n{publicKey}\n{time}\n{name}"));

    public static byte[] AnswerBytes(string token, string publicKey, string agentId, string workspaceId) =>
        Encoding.UTF8.GetBytes($"workspace-server/v1/pair\n{HashOf(token)}\n{publicKey}\n{agentId}\n{workspaceId}");

    /// <summary>Six signs that both sides compute from both keys; a person compares them. They differ if somebody in between put in a key of his own.</summary>
    public static string ConfirmCode(string agentKey, string serverKey)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"workspace-server/v1/confirm\n{agentKey}\n{serverKey}"));
        var code = new StringBuilder();
        for (var i = 0; i < CodeLength; i++)
        {
            // 256 is no multiple of 30: two bytes make what is left over negligible.
            code.Append(CodeAlphabet[((hash[2 * i] << 8) | hash[(2 * i) + 1]) % CodeAlphabet.Length]);
        }

        return code.Insert(CodeLength / 2, '-').ToString();
    }

    /// <summary>A key as people compare it: "SHA256:" and the base64 of its hash, as OpenSSH shows keys.</summary>
    /// <param name="key">base64url.</param>
    /// <exception cref="FormatException">It is no base64url.</exception>
    public static string Fingerprint(string key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Base64Url.DecodeFromChars(key))).TrimEnd('=');

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>What the server signs, so that a man in the middle with a certificate is found out.</summary>
public static class ServerProof
{
    /// <param name="id">The jti of the assertion, which is new each time.</param>
    public static byte[] TokenBytes(string id, string accessToken, long expiresAt) => Encoding.UTF8.GetBytes(
        FormattableString.Invariant($"workspace-server/v1/token\n{id}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(accessToken)))}\n{expiresAt}"));

    /// <param name="oldKey">base64url; so is the new one.</param>
    public static byte[] RolloverBytes(string oldKey, string newKey) => Encoding.UTF8.GetBytes($"workspace-server/v1/rollover\n{oldKey}\n{newKey}");
}
