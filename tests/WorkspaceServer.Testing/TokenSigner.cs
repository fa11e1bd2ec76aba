using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace WorkspaceServer.Testing;

/// <summary>Signs tokens by hand, with nothing of the library that the server verifies with; and forges them in every way that was ever tried.</summary>
internal sealed class TokenSigner
{
    private static int made;

    private readonly RSA rsa = RSA.Create(2048);
    private readonly ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TokenSigner() => Name = $"key-{Interlocked.Increment(ref made)}";

    /// <summary>The RSA key's name; the other one's is the same with "-ec".</summary>
    public string Name { get; }

    public string Sign(JsonObject claims) => SignRsa(Header("RS256", Name), claims);

    public string SignWithCurve(JsonObject claims) => Join(
        Header("ES256", Name + "-ec"), claims, signed => curve.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public string SignRsa(JsonObject header, JsonObject claims) =>
        Join(header, claims, signed => rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>Not signed at all, and saying so.</summary>
    public string None(JsonObject claims, string algorithm = "none") => Join(Header(algorithm, Name), claims, _ => []);

    /// <summary>Signed with the public key as if it were a shared secret: the trick of 2015 against verifiers that do what the header says.</summary>
    public string HmacWithPublicKey(JsonObject claims) => Join(
        Header("HS256", Name), claims, signed => HMACSHA256.HashData(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), signed));

    public JsonObject KeySet()
    {
        var (numbers, point) = (rsa.ExportParameters(false), curve.ExportParameters(false).Q);
        return new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = Name, ["n"] = Text(numbers.Modulus!), ["e"] = Text(numbers.Exponent!) },
                new JsonObject { ["kty"] = "EC", ["use"] = "sig", ["crv"] = "P-256", ["kid"] = Name + "-ec", ["x"] = Text(point.X!), ["y"] = Text(point.Y!) }),
        };
    }

    public static JsonObject Header(string algorithm, string? keyId, string type = "JWT")
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = type };
        if (keyId is not null)
        {
            header["kid"] = keyId;
        }

        return header;
    }

    private static string Join(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = Text(Encoding.UTF8.GetBytes(header.ToJsonString())) + "." + Text(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return signed + "." + Text(sign(Encoding.ASCII.GetBytes(signed)));
    }

    private static string Text(byte[] bytes) => WebEncoders.Base64UrlEncode(bytes);
}
