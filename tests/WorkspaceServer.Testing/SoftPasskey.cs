using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceServer.Testing;

/// <summary>A device that makes and uses one passkey (WebAuthn Level 3, sections 6.1 and 6.5), and that a test can make lie.</summary>
internal sealed class SoftPasskey : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte HasCredential = 0x40;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] Id { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Whose account it opens, as the server said when it was made.</summary>
    public string UserHandle { get; set; } = "";

    public uint Counter { get; set; }

    public bool VerifiesUser { get; set; } = true;

    public bool CrossOrigin { get; set; }

    /// <summary>Instead of the address that the browser is at.</summary>
    public string? Origin { get; set; }

    public string? Domain { get; set; }

    public string? Type { get; set; }

    public string? Challenge { get; set; }

    /// <summary>The answer to a challenge for a new passkey.</summary>
    public string Create(string options, string origin)
    {
        var asked = JsonNode.Parse(options)!;
        UserHandle = asked["user"]!["id"]!.GetValue<string>();
        var parameters = key.ExportParameters(false);
        // COSE_Key of ES256 (RFC 9053, sections 2.1 and 7.1.1).
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. parameters.Q.X!, 0x22, 0x58, 0x20, .. parameters.Q.Y!];
        byte[] data = [.. Data(asked["rp"]!["id"]!.GetValue<string>(), HasCredential), .. new byte[16], 0, (byte)Id.Length, .. Id, .. cose];
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Text(Client("webauthn.create", asked, origin)),
            ["attestationObject"] = Text(attestation),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary>The answer to a challenge for a passkey that is there.</summary>
    public string Use(string options, string origin)
    {
        var asked = JsonNode.Parse(options)!;
        Counter++;
        var data = Data(asked["rpId"]!.GetValue<string>(), 0);
        var client = Client("webauthn.get", asked, origin);
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Text(client),
            ["authenticatorData"] = Text(data),
            ["signature"] = Text(key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = UserHandle,
        });
    }

    public void Dispose() => key.Dispose();

    private byte[] Data(string domain, byte flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Domain ?? domain)), (byte)(flags | UserPresent | (VerifiesUser ? UserVerified : 0)), .. counter];
    }

    private byte[] Client(string type, JsonNode asked, string origin) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["type"] = Type ?? type,
        ["challenge"] = Challenge ?? asked["challenge"]!.GetValue<string>(),
        ["origin"] = Origin ?? origin,
        ["crossOrigin"] = CrossOrigin,
    });

    private string Answer(JsonObject response) => new JsonObject
    {
        ["id"] = Text(Id),
        ["rawId"] = Text(Id),
        ["type"] = "public-key",
        ["response"] = response,
        ["clientExtensionResults"] = new JsonObject(),
    }.ToJsonString();

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
