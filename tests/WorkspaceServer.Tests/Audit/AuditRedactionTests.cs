using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Vault.Tokens;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

public sealed class AuditRedactionTests
{
    private const string Canary = "hunter2hunter2";

    [Theory]
    [Trait("claim", "A83")]
    [InlineData("password")]
    [InlineData("newPassword")]
    [InlineData("client_secret")]
    [InlineData("Authorization")]
    [InlineData("set-cookie")]
    [InlineData("api_key")]
    [InlineData("apiKey")]
    [InlineData("access_token")]
    [InlineData("recovery_codes")]
    [InlineData("otp")]
    [InlineData("code_verifier")]
    [InlineData("master key")]
    public void AValueUnderASecretsNameIsTakenOut(string name)
    {
        Assert.Equal(AuditRedaction.Redacted, Member(AuditRedaction.Details([(name, Canary)]), name).GetString());
        Assert.Equal(AuditRedaction.Redacted, Member(AuditRedaction.Details([(name, new[] { Canary })]), name).GetString());
    }

    [Theory]
    [InlineData("token_id")]
    [InlineData("key_column")]
    [InlineData("tokens_left")]
    [InlineData("hidden_columns")]
    [InlineData("description")]
    public void AnOrdinaryNameKeepsItsValue(string name) => Assert.Equal("plain", Member(AuditRedaction.Details([(name, "plain")]), name).GetString());

    [Theory]
    [Trait("claim", "A83")]
    [InlineData("Authorization: Bearer hunter2hunter2")]
    [InlineData("authorization: basic aHVudGVyMmh1bnRlcjI= hunter2hunter2", "aHVudGVyMmh1bnRlcjI")]
    [InlineData("DPoP hunter2hunter2.x-y_z~+/==")]
    [InlineData("https://x.example/?password=hunter2hunter2&y=1")]
    [InlineData("client_secret: \"hunter2hunter2\", next")]
    [InlineData("api-key = 'hunter2hunter2'")]
    [InlineData("api_\u212Aey = hunter2hunter2")] // the Kelvin sign, which counts as a k
    [InlineData("{\"password\":\"hunter2hunter2\"}")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJ4IjoiaHVudGVyMiJ9.hunter2hunter2")] // secret-scan:ok an example for the redaction
    [InlineData("-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----")] // secret-scan:ok an example for the redaction
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nhunter2hunter2")] // secret-scan:ok an example for the redaction
    [InlineData("AGE-SECRET-KEY-1HUNTER2HUNTER2")]
    public void ASecretIsKnownByItsShape(string text, string secret = Canary)
    {
        var details = AuditRedaction.Details([("note", text)]);

        Assert.DoesNotContain(secret, Member(details, "note").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("claim", "A83")]
    [Trait("claim", "C6")]
    public void OfTokensOnlyTheKindStays_WhereverTheyStand()
    {
        var random = new SeededRandom(7);
        for (var i = 0; i < 500; i++)
        {
            var token = SecretToken.Create(SecretToken.McpPrefix);
            var text = Noise(random) + token + (i % 2 == 0 ? " " : ".") + Noise(random);
            var details = AuditRedaction.Details([("a", text), ("b", new[] { text, "x" })]);

            Assert.DoesNotContain(token[SecretToken.McpPrefix.Length..], details, StringComparison.Ordinal);
            Assert.DoesNotContain(token[^12..], details, StringComparison.Ordinal);
            Assert.Contains(SecretToken.McpPrefix, details, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("claim", "A83")]
    public void DetailsAreAlwaysValidJsonOfAtMostEightKibibytes()
    {
        var random = new SeededRandom(11);
        for (var i = 0; i < 500; i++)
        {
            var members = Enumerable.Range(0, random.Next(12)).Select(number => ($"member_{number}", (object?)Value(random))).ToArray();
            var details = AuditRedaction.Details(members);

            Assert.True(Encoding.UTF8.GetByteCount(details) <= AuditRedaction.MaxBytes);
            using var json = JsonDocument.Parse(details);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsMarked()
    {
        var long1 = new string('é', 4_000);
        var details = AuditRedaction.Details([("a", long1), ("b", long1), ("c", 1)]);

        Assert.False(JsonElement.Parse(details).TryGetProperty("b", out _));
        Assert.True(Member(details, "cut").GetBoolean());
        Assert.Equal(1, Member(details, "c").GetInt32());
        Assert.EndsWith(AuditRedaction.CutMark, Member(AuditRedaction.Details([("a", new string('x', 4_001))]), "a").GetString(), StringComparison.Ordinal);
        Assert.Equal(4_000, Member(AuditRedaction.Details([("a", new string('x', 4_000))]), "a").GetString()!.Length);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("a\r\nb\u0000c", "abc")]
    [InlineData("Mozilla/5.0 Bearer hunter2hunter2", "Mozilla/5.0 Bea")]
    public void ALineIsOneLineAndShort(string? text, string? line) => Assert.Equal(line, AuditRedaction.Line(text, 15));

    private static JsonElement Member(string details, string name) => JsonElement.Parse(details).GetProperty(name);

    private static object Value(SeededRandom random) => random.Next(4) switch
    {
        0 => random.Next(1_000_000),
        1 => Enumerable.Range(0, random.Next(300)).Select(_ => Noise(random)).ToArray(),
        2 => string.Concat(Enumerable.Range(0, random.Next(400)).Select(_ => Noise(random))),
        _ => Noise(random),
    };

    // Letters of several scripts, quotes, control characters, half a surrogate pair.
    private static string Noise(SeededRandom random)
    {
        const string alphabet = "aZ9 \"'\\\n\t\u0000{}[]:,<>&=;रé中\uD83D\uDE00\uD83D";
        return string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => alphabet[random.Next(alphabet.Length)]));
    }
}
