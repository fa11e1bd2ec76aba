using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Vault.Tokens;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Tokens;

public sealed class SecretTokenTests
{
    private const string Zeros = "000000000000000000000000000000000000000000000000";
    private const int Prefix = 8;
    private const int SecretDigits = 43;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Fact]
    [Trait("claim", "A21")]
    public void TheHashIsSha256OfTheText()
    {
        // A secret of 32 zero bytes is 43 zeros in base62; its checksum is printf 'wsp_mcp_000…0' | sha256sum, first 4 bytes.
        var token = SecretToken.Format(SecretToken.McpPrefix, new byte[32]);

        Assert.StartsWith("wsp_mcp_" + new string('0', SecretDigits), token, StringComparison.Ordinal);
        Assert.True(SecretToken.TryHash(SecretToken.McpPrefix, token, out var hash));
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(token)), hash);
    }

    [Fact]
    [Trait("claim", "A20")]
    [Trait("claim", "D42")]
    public void AHundredThousandTokensAreDistinct256BitSecretsWithoutBias()
    {
        const int count = 100_000;
        var seen = new HashSet<BigInteger>();
        long ones = 0;
        for (var i = 0; i < count; i++)
        {
            var secret = Decode(SecretToken.Create(SecretToken.McpPrefix));
            Assert.True(secret < BigInteger.One << 256);
            Assert.True(seen.Add(secret));
            ones += (long)PopCount(secret);
        }

        // NIST SP 800-22, section 2.1 (monobit): |ones - n/2| stays under 5 standard deviations, each sqrt(n)/2.
        var bits = 256L * count;
        Assert.InRange(ones, (bits / 2) - (long)(2.5 * Math.Sqrt(bits)), (bits / 2) + (long)(2.5 * Math.Sqrt(bits)));
    }

    [Fact]
    public void AChangedCharacterIsNoticedWithoutALookup()
    {
        var token = SecretToken.Create(SecretToken.McpPrefix);
        for (var i = Prefix; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'x' ? 'y' : 'x') + token[(i + 1)..];
            Assert.False(SecretToken.TryHash(SecretToken.McpPrefix, changed, out _), $"position {i}");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wsp_mcp_")]
    [InlineData("wsp_pair_" + Zeros)]
    [InlineData("wsp_mcp_" + "é" + Zeros)]
    public void WhatIsNoTokenIsRefused(string? text) => Assert.False(SecretToken.TryHash(SecretToken.McpPrefix, text, out _));

    private static BigInteger Decode(string token) => token.AsSpan(Prefix, SecretDigits).ToString()
        .Aggregate(BigInteger.Zero, (value, digit) => (value * Alphabet.Length) + Alphabet.IndexOf(digit, StringComparison.Ordinal));

    private static ulong PopCount(BigInteger value) => value.ToByteArray(isUnsigned: true).Aggregate(0UL, (sum, each) => sum + (ulong)BitOperations.PopCount(each));
}
