using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Tests.Protocol;

public sealed class PairingTests
{
    private static readonly AssertionClaims Claims = new("agent", "https://ws.example.in", 1, 60, "0123456789abcdef", "key");

    [Fact]
    public void AFingerprintIsWhatOpenSshWouldShow()
    {
        var key = new byte[Pairing.KeyBytes];

        // base64(SHA-256(32 zero bytes)), as `head -c32 /dev/zero | openssl dgst -sha256 -binary | base64` says it.
        Assert.Equal("SHA256:Zmh6rfhivXdsj8GLjp+OIAiXFIVu4jOzkCpZHQ1fKSU", Pairing.Fingerprint(Base64Url.EncodeToString(key)));
    }

    [Fact]
    public void TheCodeDependsOnBothKeys_AndHasNoSignThatIsMistaken()
    {
        var codes = new[] { Pairing.ConfirmCode("a", "b"), Pairing.ConfirmCode("b", "a"), Pairing.ConfirmCode("a", "c") };
        Assert.Equal(3, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[2-9A-HJKMNP-TV-Z]{3}-[2-9A-HJKMNP-TV-Z]{3}$", code));
    }

    [Fact]
    public void AnAssertionIsReadAsItWasMade()
    {
        var text = Assertion.Create(Claims, bytes => [.. SHA256.HashData(bytes), .. SHA256.HashData(bytes)]);
        Assert.True(Assertion.TryRead(text, out var read));
        Assert.Equal(Claims, read.Claims);
        Assert.Equal(text[..text.LastIndexOf('.')], Encoding.ASCII.GetString(read.SignedBytes));
        Assert.Equal(SHA256.HashData(read.SignedBytes), read.Signature[..32]);
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"agent-assertion+jwt"}""", null)]
    [InlineData("""{"alg":"HS256","typ":"agent-assertion+jwt"}""", null)]
    [InlineData(null, """{"iss":"agent","iss":"other","aud":"a","iat":1,"exp":2,"jti":"0123456789abcdef","srv":"k"}""")]
    [InlineData(null, """{"iss":"agent","aud":"a","iat":1,"exp":2,"jti":"short","srv":"k"}""")]
    [InlineData(null, """{"iss":null,"aud":"a","iat":1,"exp":2,"jti":"0123456789abcdef","srv":"k"}""")]
    [InlineData(null, """{"iss":"agent","aud":["a","b"],"iat":1,"exp":2,"jti":"0123456789abcdef","srv":"k"}""")]
    [InlineData(null, "[]")]
    [InlineData(null, "null")]
    public void AnotherHeaderOrClaimIsNoAssertion(string? header, string? claims)
    {
        var parts = Assertion.Create(Claims, _ => new byte[Assertion.SignatureBytes]).Split('.');
        parts[0] = header is null ? parts[0] : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
        parts[1] = claims is null ? parts[1] : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        Assert.False(Assertion.TryRead(string.Join('.', parts), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b.c.d")]
    [InlineData("!!!")]
    [InlineData(null)]
    public void ATextOfAnotherShapeIsNone(string? text) => Assert.False(Assertion.TryRead(text, out _));

    [Fact]
    public void RecordsAreWrittenAsThePageSays()
    {
        var request = new RunRequest(SyncMode.Snapshot, new SyncSchema("t", [new("a", SyncType.DateTime)], ["a"]), "x.csv");
        Assert.Equal(
            """{"mode":"snapshot","schema":{"table":"t","columns":[{"name":"a","type":"date_time","description":null}],"key":["a"],"description":null},"source":"x.csv","based_on":null}""",
            JsonSerializer.Serialize(request, ProtocolJson.Default.RunRequest));
        Assert.Equal("totals_differ", JsonSerializer.Deserialize("""{"code":"totals_differ","new_member":1}""", ProtocolJson.Default.ProblemAnswer)!.Code);
    }
}
