using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WorkspaceServer.Features.Accounts.External;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>The examples of RFC 7515, RFC 7517 and RFC 7519 at the border to the library: what it reads as it should, and what it must not take.</summary>
public sealed class PublishedVectorsTests
{
    // RFC 7515, appendix A.2: RS256. The payload is {"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}.
    private const string RsaToken =
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
        + "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
        + "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    private const string RsaKey =
        """
        {"keys":[{"kty":"RSA","kid":"A.2","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]}
        """;

    // RFC 7515, appendix A.3: ES256, with the same payload.
    private const string CurveToken =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private const string CurveKey =
        """
        {"keys":[{"kty":"EC","kid":"A.3","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
        """;

    // RFC 7517, appendix A.1: one key to encrypt to and one to verify with.
    private const string KeySet =
        """
        {"keys":
         [{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},
          {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}
        """;

    [Theory]
    [InlineData(RsaToken, RsaKey)]
    [InlineData(CurveToken, CurveKey)]
    public async Task TheExamplesOfSignaturesVerify_AndNoneWithABitChanged(string token, string keySet)
    {
        var key = Assert.Single(IssuerKeys.Parse(keySet));
        Assert.True(await VerifiesAsync(token, key));

        var signature = WebEncoders.Base64UrlDecode(token.Split('.')[2]);
        foreach (var bit in Enumerable.Range(0, signature.Length * 8).Where(bit => bit % 41 == 0))
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(await VerifiesAsync(token[..token.LastIndexOf('.')] + "." + WebEncoders.Base64UrlEncode(signature), key));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TheExampleOfAKeySetHasOneKeyToVerifyWith()
    {
        var key = Assert.Single(IssuerKeys.Parse(KeySet));

        Assert.Equal(("2011-04-29", "RS256", 2048), (key.Kid, key.Alg, key.KeySize));
    }

    [Fact]
    public void TheExampleOfAClaimsSetIsRead()
    {
        // RFC 7519, section 3.1: its first example, signed with a shared secret.
        var token = new JsonWebToken(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); // secret-scan:ok an example for the redaction

        Assert.Equal(("JWT", "HS256", "joe"), (token.Typ, token.Alg, token.Issuer));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1300819380).UtcDateTime, token.ValidTo);
        Assert.Equal("true", ExternalIdentity.Text(token, "http://example.com/is_root", 4));
    }

    [Theory]
    // RFC 7519, section 3.1 (HS256) and section 6.1 (unsecured).
    [InlineData("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "wrong_algorithm")] // secret-scan:ok an example for the redaction
    [InlineData("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.", "wrong_algorithm")]
    // RFC 7515, appendix A.2 names no key.
    [InlineData(RsaToken, "unknown_key")]
    // RFC 7515, appendix E: an extension that must be understood, {"alg":"none","crit":["http://example.invalid/UNDEFINED"],…}.
    [InlineData("eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.", "malformed")]
    public async Task TheExamplesThatAreNotForUsAreRefused(string token, string reason)
    {
        var clock = TimeProvider.System;
        using var http = new IssuerHttp(IssuerHttp.CreateHandler(), clock);
        using var keys = new IssuerKeys(http, () => throw new InvalidOperationException("Nobody may be asked."), clock);
        var rules = new TokenRules("joe", null, [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256], TimeSpan.Zero, TimeSpan.FromHours(1));

        var refused = await Assert.ThrowsAsync<SignInRefused>(() => new TokenVerifier(keys, clock).VerifyAsync(token, rules, TestContext.Current.CancellationToken));
        Assert.Equal(reason, refused.Reason);
    }

    private static async Task<bool> VerifiesAsync(string token, JsonWebKey key) => (await new JsonWebTokenHandler().ValidateTokenAsync(
        token,
        new TokenValidationParameters { IssuerSigningKey = key, ValidIssuer = "joe", ValidateAudience = false, ValidateLifetime = false, TryAllIssuerSigningKeys = true })).IsValid;
}
