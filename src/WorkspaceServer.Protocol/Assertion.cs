using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace WorkspaceServer.Protocol;

/// <summary>What an agent says to get a token.</summary>
/// <param name="Iss">The agent's id.</param>
/// <param name="Aud">The server, as <see cref="PairAnswer.Audience"/> has it.</param>
/// <param name="Iat">The agent's clock, in seconds since 1970.</param>
/// <param name="Exp">At most <see cref="SyncLimits.MaxAssertionSeconds"/> after <paramref name="Iat"/>.</param>
/// <param name="Jti">Used once: 16 to 64 random hexadecimal digits.</param>
/// <param name="Srv">The server's key that the agent keeps, base64url; the answer is signed with it.</param>
public sealed record AssertionClaims(string Iss, string Aud, long Iat, long Exp, string Jti, string Srv);

/// <summary>A JWT (RFC 7519) in compact form, signed with EdDSA (RFC 8037, section 3.1) by the agent's key, in the manner of RFC 7523.</summary>
/// <remarks>The header is one fixed text: there is no algorithm to choose, so none can be chosen badly.</remarks>
public static class Assertion
{
    /// <summary>Longest assertion that is looked at, in characters.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Length of an Ed25519 signature, in bytes.</summary>
    public const int SignatureBytes = 64;

    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"EdDSA","typ":"agent-assertion+jwt"}"""u8);

    /// <param name="sign">Signs bytes with the agent's key: 64 bytes.</param>
    public static string Create(AssertionClaims claims, Func<byte[], byte[]> sign)
    {
        var signed = Header + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims, ProtocolJson.Default.AssertionClaims));
        return signed + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>Takes one apart. Nothing is verified: the caller checks signature, audience, times and single use.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out SignedAssertion? assertion)
    {
        assertion = null;
        if (text is null || text.Length > MaxLength || text.Split('.') is not [var header, var payload, var signature] || header != Header)
        {
            return false;
        }

        try
        {
            var claims = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), ProtocolJson.Default.AssertionClaims);
            var bytes = Base64Url.DecodeFromChars(signature);
            if (claims is not { Iss: not null, Aud: not null, Jti.Length: >= 16 and <= 64, Srv: not null } || bytes.Length != SignatureBytes)
            {
                return false;
            }

            assertion = new SignedAssertion(claims, Encoding.ASCII.GetBytes($"{header}.{payload}"), bytes);
            return true;
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            return false;
        }
    }
}

/// <param name="SignedBytes">What the signature is over.</param>
public sealed record SignedAssertion(AssertionClaims Claims, byte[] SignedBytes, byte[] Signature);
